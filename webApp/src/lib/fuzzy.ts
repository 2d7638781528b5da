// Finding by a few letters: "wtp" finds "Water the plants".

/** How well the letters fit, higher is better; null when they are not in the text in this order. Spaces do not count. */
export function fuzzyScore(letters: string, text: string): number | null {
  const wanted = letters.toLowerCase().replace(/\s+/g, "");
  const lower = text.toLowerCase();
  if (wanted === "") return 0;
  const whole = lower.indexOf(letters.trim().toLowerCase());
  // The words as they are beat any scattered letters; the nearer to the beginning, the better.
  if (whole >= 0) return 1000 - whole - text.length / 100 + (isWordStart(lower, whole) ? 100 : 0);
  let score = 0;
  let at = -1;
  for (const letter of wanted) {
    const next = lower.indexOf(letter, at + 1);
    if (next < 0) return null;
    const start = wordStartFrom(lower, letter, at + 1);
    // The beginning of a later word, when there is one, is what people mean by a letter.
    const found = next === at + 1 || start < 0 ? next : start;
    score += found === at + 1 ? 6 : isWordStart(lower, found) ? 5 : 1 - Math.min(found - at, 10) / 10;
    at = found;
  }
  return score - text.length / 100;
}

function isWordStart(text: string, at: number): boolean {
  return at === 0 || !/[\p{L}\p{N}]/u.test(text.charAt(at - 1));
}

function wordStartFrom(text: string, letter: string, from: number): number {
  for (let at = text.indexOf(letter, from); at >= 0; at = text.indexOf(letter, at + 1)) {
    if (isWordStart(text, at)) return at;
  }
  return -1;
}

/** Those that fit, the best first; all of them, as they are, while nothing is typed. */
export function fuzzyFind<T>(letters: string, all: readonly T[], textOf: (one: T) => string): T[] {
  if (letters.trim() === "") return [...all];
  return all
    .flatMap((one) => {
      const score = fuzzyScore(letters, textOf(one));
      return score === null ? [] : [{ one, score }];
    })
    .sort((a, b) => b.score - a.score)
    .map(({ one }) => one);
}
