import clsx from "clsx";
import { type ComponentProps, useId } from "react";

interface TextAreaProps extends ComponentProps<"textarea"> {
  label: string;
  hint?: string | undefined;
  problem?: string | undefined;
  /** For what machines read. */
  isCode?: boolean;
}

/** A labelled field of several lines that grows with its text; what is wrong with it replaces the hint. */
export function TextArea({ label, hint, problem, isCode = false, className, ...props }: TextAreaProps) {
  const id = useId();
  const note = problem ?? hint;
  return (
    <div className="space-y-1.5">
      <label htmlFor={id} className="block font-medium text-sm">
        {label}
      </label>
      <textarea
        id={id}
        rows={2}
        aria-invalid={problem ? true : undefined}
        aria-describedby={note ? `${id}-note` : undefined}
        spellCheck={!isCode}
        className={clsx(
          "field-sizing-content block min-h-16 w-full rounded-lg border border-edge bg-card px-3 py-2 outline-offset-1 aria-invalid:border-danger",
          isCode ? "max-h-112 font-mono text-[0.8125rem] leading-normal" : "max-h-72 text-base",
          className,
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
