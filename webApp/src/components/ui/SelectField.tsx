import { type ComponentProps, useId } from "react";
import { Select } from "./Select";
import { useFocusOnProblem } from "./useFocusOnProblem";

interface SelectFieldProps extends ComponentProps<"select"> {
  label: string;
  choices: readonly { value: string; label: string }[];
  hint?: string | undefined;
  problem?: string | undefined;
}

/** A labelled choice of one; what is wrong with it replaces the hint. */
export function SelectField({ label, choices, hint, problem, ...props }: SelectFieldProps) {
  const id = useId();
  const field = useFocusOnProblem<HTMLSelectElement>(problem);
  const note = problem ?? hint;
  return (
    <div className="min-w-0 space-y-1.5">
      <label htmlFor={id} className="block font-medium text-sm">
        {label}
      </label>
      <Select
        id={id}
        ref={field}
        aria-invalid={problem ? true : undefined}
        aria-describedby={note ? `${id}-note` : undefined}
        className="h-11 w-full"
        {...props}
      >
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </Select>
      {note && (
        <p id={`${id}-note`} className={problem ? "text-danger text-sm" : "text-faint text-sm"}>
          {note}
        </p>
      )}
    </div>
  );
}
