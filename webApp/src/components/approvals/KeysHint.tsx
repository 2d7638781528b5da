import { approvalsTexts } from "@/lib/texts/approvals";

const { hint, ...keys } = approvalsTexts.keys;
const KEYS = [
  ["Y", keys.allow],
  ["N", keys.refuse],
  ["E", keys.change],
  ["J", keys.next],
  ["K", keys.previous],
] as const;

/** The keys that work in a question; not where there is no keyboard to speak of. */
export function KeysHint() {
  return (
    <p className="hidden flex-wrap items-center gap-x-3 gap-y-1 text-faint text-xs pointer-fine:flex">
      {hint}
      {KEYS.map(([key, what]) => (
        <span key={key} className="inline-flex items-center gap-1.5">
          <kbd className="min-w-5 rounded border border-line bg-sunken px-1 text-center font-sans text-soft">
            {key}
          </kbd>
          {what}
        </span>
      ))}
    </p>
  );
}
