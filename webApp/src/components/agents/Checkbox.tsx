import { type ComponentProps, useId } from "react";

interface CheckboxProps extends ComponentProps<"input"> {
  label: string;
  hint?: string | undefined;
}

/** Yes or no, with its label beside it. */
export function Checkbox({ label, hint, ...props }: CheckboxProps) {
  const id = useId();
  return (
    <div className="flex min-w-0 gap-2.5">
      <input
        id={id}
        type="checkbox"
        aria-describedby={hint ? `${id}-hint` : undefined}
        className="mt-1 size-4 shrink-0 accent-accent"
        {...props}
      />
      <div className="min-w-0">
        <label htmlFor={id} className="block text-sm leading-6">
          {label}
        </label>
        {hint && (
          <p id={`${id}-hint`} className="text-faint text-xs">
            {hint}
          </p>
        )}
      </div>
    </div>
  );
}
