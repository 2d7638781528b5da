import { BrandMark } from "@/components/Brand";
import { Button } from "@/components/ui/Button";
import { texts } from "@/lib/texts";

/** The app has no settings, so there is nothing it could do but say why. */
export function RefusalPage({ reason }: { reason: string }) {
  return (
    <main className="mx-auto flex min-h-dvh max-w-lg flex-col items-start justify-center px-6 py-10">
      <BrandMark className="mb-6 size-11" />
      <h1 className="font-semibold text-2xl tracking-tight">{texts.refusal.title}</h1>
      <p className="mt-2 text-soft">{texts.refusal.what}</p>
      <pre className="my-5 w-full whitespace-pre-wrap break-words rounded-lg border border-line bg-sunken p-3 font-mono text-sm">
        {reason}
      </pre>
      <p className="text-soft">{texts.refusal.advice}</p>
      <Button shape="primary" className="mt-6" onClick={() => window.location.reload()}>
        {texts.refusal.reload}
      </Button>
    </main>
  );
}
