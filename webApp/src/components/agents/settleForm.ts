import type { FieldValues, Path, UseFormReturn } from "react-hook-form";

/** After `sent` was stored as `stored`: what was typed since stays, and is still to be saved. */
export function settleForm<Values extends FieldValues>(
  form: UseFormReturn<Values>,
  sent: Values,
  stored: Values,
): void {
  const typed = form.getValues();
  form.reset(stored, { keepValues: true });
  for (const name of Object.keys(stored) as Path<Values>[]) {
    form.setValue(name, typed[name] === sent[name] ? stored[name] : typed[name], { shouldDirty: true });
  }
}
