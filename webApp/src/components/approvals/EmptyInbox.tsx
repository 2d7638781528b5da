import { ShieldCheck } from "lucide-react";
import { Link } from "react-router";
import { approvalsTexts } from "@/lib/texts/approvals";

const LINK = "inline-flex h-9 items-center rounded-lg px-3 font-medium text-accent text-sm hover:bg-hover";

/** Nothing waits: what would. */
export function EmptyInbox() {
  const { permissions, agents } = approvalsTexts.emptyLinks;
  return (
    <div className="rounded-2xl border border-line border-dashed px-6 py-10 text-center">
      <ShieldCheck aria-hidden="true" className="mx-auto mb-3 size-7 text-accent" />
      <p className="font-medium">{approvalsTexts.empty}</p>
      <p className="mx-auto mt-1 mb-4 max-w-prose text-soft text-sm">{approvalsTexts.emptyHint}</p>
      <div className="flex flex-wrap justify-center gap-2">
        <Link to="/settings/permissions" className={LINK}>
          {permissions}
        </Link>
        <Link to="/agents" className={LINK}>
          {agents}
        </Link>
      </div>
    </div>
  );
}
