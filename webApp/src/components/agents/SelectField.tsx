import { type ComponentProps, useId } from "react";
import { useFocusOnProblem } from "./useFocusOnProblem";

interface SelectFieldProps extends ComponentProps<"select"> {
  label: string;
  choices: readonly { value: string; label: string }[];
  hint?: string | undefined;
  problem?: string | undefined;
}

/** A labelled choice of one; the browser's own list, which every device shows as it is best there. */
export function SelectField({ label, choices, hint, problem, ...props }: SelectFieldProps) {
  const id = useId();
  const field = useFocusOnProblem<HTMLSelectElement>(problem);
  const note = problem ?? hint;
  return (
    <div className="min-w-0 space-y-1.5">
      <label htmlFor={id} className="block font-medium text-sm">
        {label}
      </label>
      <select
        id={id}
        ref={field}
        aria-invalid={problem ? true : undefined}
        aria-describedby={note ? `${id}-note` : undefined}
        className="h-11 w-full rounded-lg border border-edge bg-card px-3 text-base outline-offset-1 disabled:opacity-50 aria-invalid:border-danger"
        {...props}
      >
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </select>
      {note && (
        <p id={`${id}-note`} className={problem ? "text-danger text-sm" : "text-faint text-sm"}>
          {note}
        </p>
      )}
    </div>
  );
}
