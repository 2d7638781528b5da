// As agent_name_is_a_slug has it.
const MOST_LETTERS = 63;

/** A name for a copy that no other has: `reader-copy`, `reader-copy-2`. */
export function freeName(name: string, taken: readonly string[]): string {
  const base = name.replace(/-copy(-\d+)?$/, "");
  for (let number = 1; ; number += 1) {
    const ending = number === 1 ? "-copy" : `-copy-${number}`;
    const free = base.slice(0, MOST_LETTERS - ending.length) + ending;
    if (!taken.includes(free)) return free;
  }
}
