import clsx from "clsx";
import { type ComponentProps, useId } from "react";

interface LongFieldProps extends ComponentProps<"textarea"> {
  label: string;
  hint?: string | undefined;
  problem?: string | undefined;
  /** For what machines read. */
  isCode?: boolean;
}

/** A labelled field of several lines, for prompts and JSON; what is wrong with it replaces the hint. */
export function LongField({ label, hint, problem, isCode = false, ...props }: LongFieldProps) {
  const id = useId();
  const note = problem ?? hint;
  return (
    <div className="space-y-1.5">
      <label htmlFor={id} className="block font-medium text-sm">
        {label}
      </label>
      <textarea
        id={id}
        aria-invalid={problem ? true : undefined}
        aria-describedby={note ? `${id}-note` : undefined}
        spellCheck={!isCode}
        className={clsx(
          "block w-full rounded-lg border border-edge bg-card px-3 py-2 outline-offset-1 aria-invalid:border-danger",
          isCode ? "font-mono text-[0.8125rem] leading-normal" : "text-base",
        )}
        {...props}
      />
      {note && (
        <p id={`${id}-note`} className={problem ? "text-danger text-sm" : "text-faint text-sm"}>
          {note}
        </p>
      )}
    </div>
  );
}
