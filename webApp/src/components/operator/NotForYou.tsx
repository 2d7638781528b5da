import { Lock } from "lucide-react";
import { Link } from "react-router";
import { Button } from "@/components/ui/Button";
import { operatorTexts } from "@/lib/texts/operator";
import { useAuthStore } from "@/stores/useAuthStore";

const { refused } = operatorTexts;

/** For those who are no admins: what this is, and how one becomes one. */
export function NotForYou({ onRetry }: { onRetry: () => void }) {
  const email = useAuthStore((state) => state.session?.user.email) ?? "";
  return (
    <div className="mx-auto max-w-lg px-4 py-16 text-center">
      <Lock aria-hidden="true" className="mx-auto mb-4 size-7 text-faint" />
      <h2 className="font-semibold text-lg">{refused.title}</h2>
      <p className="mt-2 text-soft">{refused.detail}</p>
      <p className="mt-6 text-soft text-sm">{refused.advice}</p>
      <code className="mt-2 block break-words rounded-lg bg-sunken px-3 py-2 font-mono text-sm">
        {refused.command(email)}
      </code>
      <div className="mt-6 flex flex-wrap justify-center gap-2">
        <Link
          to="/"
          className="inline-flex h-10 items-center rounded-lg bg-accent px-4 font-medium text-on-accent text-sm hover:bg-accent-strong"
        >
          {refused.back}
        </Link>
        <Button onClick={onRetry}>{refused.retry}</Button>
      </div>
    </div>
  );
}
