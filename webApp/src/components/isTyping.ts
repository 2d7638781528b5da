// Where letters are text: a key that does something elsewhere is left alone there. A checkbox takes no letters.
const TEXT_FIELDS =
  "textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=button])";

export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches(TEXT_FIELDS);
}
