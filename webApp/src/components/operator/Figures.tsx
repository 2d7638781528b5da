import clsx from "clsx";

export interface Figure {
  label: string;
  value: string;
  hint: string;
  /** Somebody should look at it. */
  isBad?: boolean;
}

/** Numbers that one sees at a glance. */
export function Figures({ figures, className }: { figures: readonly Figure[]; className?: string }) {
  return (
    <dl className={clsx("grid gap-3", className)}>
      {figures.map(({ label, value, hint, isBad = false }) => (
        <div key={label} className="min-w-0 rounded-2xl border border-line bg-card px-4 py-3.5">
          <dt className="text-soft text-xs">{label}</dt>
          <dd
            className={clsx(
              "mt-1 break-words font-semibold text-2xl tabular-nums leading-tight tracking-tight",
              isBad && "text-danger",
            )}
          >
            {value}
          </dd>
          <dd className="mt-1 text-faint text-xs">{hint}</dd>
        </div>
      ))}
    </dl>
  );
}
