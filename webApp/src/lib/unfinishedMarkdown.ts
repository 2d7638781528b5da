// Markdown that is still being written: what its end will most likely become, so that the text does not flicker.

/** The text as it may be shown now: what is half-open at its end is closed, what is half-begun is held back. */
export function finished(text: string): string {
  if (isInFence(text)) return text;
  const start = text.lastIndexOf("\n\n") + 1;
  return text.slice(0, start) + finishedBlock(text.slice(start));
}

function isInFence(text: string): boolean {
  let fence: string | null = null;
  for (const [, marks = "", rest = ""] of text.matchAll(/^ {0,3}(`{3,}|~{3,})(.*)$/gm)) {
    if (fence === null) fence = marks;
    else if (marks.startsWith(fence) && rest.trim() === "") fence = null;
  }
  return fence !== null;
}

function finishedBlock(block: string): string {
  const lines = block.split("\n");
  const last = lines.at(-1) ?? "";
  // A fence, a rule, the line below a heading, the mark of a list: only its whole line tells which.
  if (/^\s*(`{1,2}|~{1,2}|[-=*_+]{1,3}|#{1,6}|\d+[.)]?)\s*$/.test(last)) return lines.slice(0, -1).join("\n");
  if (isBeginningOfTable(lines)) return "";
  return withClosedMarks(withoutOpenLink(withoutOpenMath(block)));
}

/** A row with the names of columns is one only with the line below it. */
function isBeginningOfTable(lines: readonly string[]): boolean {
  const rows = lines.filter((line) => line.trim() !== "");
  const [names = "", rule = ""] = rows;
  if (!/^\s*\|/.test(names)) return false;
  const cells = (row: string) =>
    row
      .trim()
      .replace(/^\||\|$/g, "")
      .split("|").length;
  const isRule = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/.test(rule);
  return rows.length < 2 || (rows.length === 2 && (!isRule || cells(rule) < cells(names)));
}

function withoutOpenMath(block: string): string {
  const parts = block.split("$$");
  return parts.length % 2 === 0 ? parts.slice(0, -1).join("$$") : block;
}

/** `[text](http` and `[text` as `text`: where it leads is not known yet. */
function withoutOpenLink(block: string): string {
  return block.replace(/!?\[([^\][]*)\]\([^()\s]*$/, "$1").replace(/!?\[([^\][]*)\]?$/, "$1");
}

function withClosedMarks(block: string): string {
  const marks = block.match(/`+/g) ?? [];
  const open = marks.reduce<string | null>(
    (now, mark) => (now === null ? mark : now === mark ? null : now),
    null,
  );
  if (open) return block.endsWith(open) ? block.slice(0, -open.length) : block + open;
  const bare = block.replace(/(`+)[^`]*\1/g, (code) => "x".repeat(code.length)).replace(/\\./g, "xx");
  for (const mark of ["**", "__", "~~"]) {
    if (bare.split(mark).length % 2 === 1) continue;
    if (bare.endsWith(mark)) return block.slice(0, -mark.length);
    // `**bold*`: the first half of what closes it.
    return (bare.endsWith(mark.charAt(0)) ? block.slice(0, -1) : block) + mark;
  }
  const single = /(?:^|[\s(])([*_])(?=[^\s*_])[^*_]*$/.exec(
    bare.replaceAll("**", "xx").replaceAll("__", "xx"),
  );
  return single?.[1] ? block + single[1] : block;
}
