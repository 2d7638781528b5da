// Two texts as one list of lines: those that went, those that came, and what is around them.
export type DiffLine =
  | { kind: "same" | "gone" | "new"; text: string }
  /** So many lines that are the same in both, far from any that are not. */
  | { kind: "more"; count: number };

const CONTEXT_LINES = 2;
// Beyond that, comparing each line with each takes longer than anybody waits.
const MOST_LINES = 1000;

export function diffLines(before: string, after: string): DiffLine[] {
  const [old, now] = [linesOf(before), linesOf(after)];
  const tooLong = old.length > MOST_LINES || now.length > MOST_LINES;
  const lines: DiffLine[] = tooLong
    ? [
        ...old.map((text) => ({ kind: "gone" as const, text })),
        ...now.map((text) => ({ kind: "new" as const, text })),
      ]
    : compare(old, now);
  return folded(lines);
}

function linesOf(text: string): string[] {
  return text === "" ? [] : text.split("\n");
}

function compare(old: readonly string[], now: readonly string[]): DiffLine[] {
  // How many lines the rests from i and j on have in common, at best.
  const common = Array.from({ length: old.length + 1 }, () => new Array<number>(now.length + 1).fill(0));
  const at = (i: number, j: number) => common[i]?.[j] ?? 0;
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = now.length - 1; j >= 0; j -= 1) {
      const row = common[i];
      if (row) row[j] = old[i] === now[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < now.length) {
    const [mine, other] = [old[i], now[j]];
    if (mine !== undefined && mine === other) {
      lines.push({ kind: "same", text: mine });
      [i, j] = [i + 1, j + 1];
    } else if (mine !== undefined && (other === undefined || at(i + 1, j) >= at(i, j + 1))) {
      lines.push({ kind: "gone", text: mine });
      i += 1;
    } else {
      lines.push({ kind: "new", text: other ?? "" });
      j += 1;
    }
  }
  return lines;
}

function folded(lines: readonly DiffLine[]): DiffLine[] {
  const isNear = lines.map((_, index) =>
    lines
      .slice(Math.max(0, index - CONTEXT_LINES), index + CONTEXT_LINES + 1)
      .some(({ kind }) => kind !== "same"),
  );
  const result: DiffLine[] = [];
  for (const [index, line] of lines.entries()) {
    const last = result.at(-1);
    if (isNear[index]) result.push(line);
    else if (last?.kind === "more") last.count += 1;
    else result.push({ kind: "more", count: 1 });
  }
  return result;
}
