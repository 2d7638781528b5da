// JSON as text that somebody writes: where each value stands, and what could be written at a place of it.
export type Path = readonly (string | number)[];

/** From `start` up to `end`, as indexes into the text. */
export interface Span {
  start: number;
  end: number;
}

/** Where the caret is. `path` leads to the value that it is in, or whose key it is in. */
export interface Caret extends Span {
  path: Path;
  expects: "key" | "value";
  /** What is written of it already, without its quotes. */
  typed: string;
  /** The keys that the object around it has besides. */
  siblings: readonly string[];
}

// A text that is not closed yet ends with its word: what is behind it on the line is not its own.
const TOKENS = /"(?:[^"\\\n]|\\.)*"|"[\w-]*|[{}[\],:]|[^\s{}[\],:"]+/g;

interface Token extends Span {
  text: string;
}

/** An object or a list that is not closed yet. */
interface Open {
  isObject: boolean;
  /** The key, or the place in the list, that comes next or is being written. */
  at: string | number | null;
  keys: string[];
  /** A colon was read: what comes is the key's value. */
  hasColon: boolean;
}

/** Where each value stands, by valueAt(), and each key, by keyAt(). Of JSON that can be parsed; else as far as it goes. */
export function spansOf(text: string): ReadonlyMap<string, Span> {
  const spans = new Map<string, Span>();
  walk(text, Number.POSITIVE_INFINITY, (stack, token, kind) => {
    const path = pathOf(stack);
    spans.set(kind === "key" ? keyAt([...path, unquoted(token.text)]) : valueAt(path), token);
  });
  return spans;
}

/** The span of a value; of its key, or of what is around it, where it is missing. */
export function spanOf(spans: ReadonlyMap<string, Span>, path: Path): Span {
  for (let length = path.length; length > 0; length -= 1) {
    const part = path.slice(0, length);
    const span = spans.get(keyAt(part)) ?? spans.get(valueAt(part));
    if (span) return span;
  }
  return spans.get(valueAt([])) ?? { start: 0, end: 0 };
}

export function lineAt(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}

/** What is being written at a place of the text, which need not be whole; null where nothing can be said of it. */
export function caretIn(text: string, index: number): Caret | null {
  const { stack, last } = walk(text, index, () => undefined);
  const open = stack.at(-1);
  if (!open) return null;
  // Behind its closing quote a text is done.
  if (last && last.end === index && /^".*"$/.test(last.text) && last.text.length > 1) return null;
  const isInToken = last !== null && last.end >= index && !/^[{}[\],:]$/.test(last.text);
  const span = isInToken ? last : { start: index, end: index };
  const typed = isInToken ? unquoted(text.slice(last.start, index)) : "";
  const expects = open.isObject && !open.hasColon ? "key" : "value";
  const siblings = open.keys.filter(
    (key) => expects === "value" || !isInToken || key !== unquoted(last.text),
  );
  return { start: span.start, end: span.end, typed, expects, siblings, path: pathOf(stack, expects) };
}

/** Reads the text up to a place, tells of each key and value on the way, and gives what is open there. */
function walk(
  text: string,
  until: number,
  tell: (stack: readonly Open[], token: Token, kind: "key" | "value") => void,
) {
  const stack: Open[] = [];
  let last: Token | null = null;
  for (const match of text.matchAll(TOKENS)) {
    const token = { text: match[0], start: match.index, end: match.index + match[0].length };
    if (token.start >= until) break;
    last = token;
    const open = stack.at(-1);
    switch (token.text) {
      case "{":
      case "[": {
        tell(stack, token, "value");
        const isObject = token.text === "{";
        stack.push({ isObject, at: isObject ? null : 0, keys: [], hasColon: false });
        break;
      }
      case "}":
      case "]":
        stack.pop();
        break;
      case ":":
        if (open) open.hasColon = true;
        break;
      case ",":
        if (open?.isObject) Object.assign(open, { at: null, hasColon: false });
        else if (open) open.at = Number(open.at) + 1;
        break;
      default:
        if (open?.isObject && !open.hasColon) {
          tell(stack, token, "key");
          open.at = unquoted(token.text);
          open.keys.push(open.at);
        } else tell(stack, token, "value");
    }
  }
  return { stack, last };
}

function pathOf(stack: readonly Open[], expects: "key" | "value" = "value"): Path {
  const path = stack.map(({ at }) => at).filter((at) => at !== null);
  return expects === "key" && stack.at(-1)?.at !== null ? path.slice(0, -1) : path;
}

function unquoted(text: string): string {
  return text.replace(/^"/, "").replace(/"$/, "");
}

function keyAt(path: Path): string {
  return `key ${JSON.stringify(path)}`;
}

function valueAt(path: Path): string {
  return `value ${JSON.stringify(path)}`;
}
