import { type ComponentProps, useId } from "react";

interface FieldProps extends ComponentProps<"input"> {
  label: string;
  hint?: string | undefined;
  problem?: string | undefined;
}

/** A labelled input; what is wrong with it replaces the hint and is read out with it. */
export function Field({ label, hint, problem, ...props }: FieldProps) {
  const id = useId();
  const note = problem ?? hint;
  return (
    <div className="space-y-1.5">
      <label htmlFor={id} className="block text-sm font-medium">
        {label}
      </label>
      <input
        id={id}
        aria-invalid={problem ? true : undefined}
        aria-describedby={note ? `${id}-note` : undefined}
        className="h-11 w-full rounded-lg border border-edge bg-card px-3 text-base outline-offset-1 aria-invalid:border-danger"
        {...props}
      />
      {note && (
        <p id={`${id}-note`} className={problem ? "text-sm text-danger" : "text-sm text-faint"}>
          {note}
        </p>
      )}
    </div>
  );
}
