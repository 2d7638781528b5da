// Markdown as tokens. What is made of them are React elements, never HTML: see components/Markdown.tsx.
import { Marked, type MarkedToken } from "marked";

/** A formula, in TeX. */
export interface MathToken {
  type: "math";
  raw: string;
  text: string;
  isBlock: boolean;
}

export type MarkdownToken = MarkedToken | MathToken;

// A dollar sign is one of a formula only when there is no space inside it and no digit behind it: prices are no formulas.
const INLINE_MATH = [
  { pattern: /^\$\$([^$]+)\$\$/, isBlock: true },
  { pattern: /^\$(?!\s)((?:\\.|[^\\$\n])+?)(?<!\s)\$(?!\d)/, isBlock: false },
  { pattern: /^\\\((.+?)\\\)/s, isBlock: false },
  { pattern: /^\\\[(.+?)\\\]/s, isBlock: true },
];
const BLOCK_MATH = [
  { pattern: /^\$\$\s*\n?([^$]+?)\s*\$\$(?:\n+|$)/, isBlock: true },
  { pattern: /^\\\[\s*([\s\S]+?)\s*\\\](?:\n+|$)/, isBlock: true },
];

function mathToken(source: string, kinds: typeof INLINE_MATH): MathToken | undefined {
  for (const { pattern, isBlock } of kinds) {
    const [raw, text] = pattern.exec(source) ?? [];
    if (raw && text) return { type: "math", raw, text: text.trim(), isBlock };
  }
  return undefined;
}

const marked = new Marked({
  extensions: [
    {
      name: "math",
      level: "block",
      start: (source) => /\$\$|\\\[/.exec(source)?.index,
      tokenizer: (source) => mathToken(source, BLOCK_MATH),
    },
    {
      name: "math",
      level: "inline",
      start: (source) => /\$|\\[([]/.exec(source)?.index,
      tokenizer: (source) => mathToken(source, INLINE_MATH),
    },
  ],
});

/** The tokens of a text, half-finished or hostile as it may be: what cannot be read is one token of plain text. */
export function tokensOf(markdown: string): MarkdownToken[] {
  try {
    return withHeadingsInOrder(marked.lexer(markdown) as MarkdownToken[]);
  } catch {
    // Nested too deeply for the parser.
    return [{ type: "text", raw: markdown, text: markdown, escaped: true }];
  }
}

/** Headings one below the other, whatever level the text begins with or leaves out: they are how some find their way. */
function withHeadingsInOrder(tokens: MarkdownToken[]): MarkdownToken[] {
  const above: number[] = [];
  return tokens.map((token) => {
    if (token.type !== "heading") return token;
    while ((above.at(-1) ?? 0) >= token.depth) above.pop();
    above.push(token.depth);
    return { ...token, depth: above.length };
  });
}

/** An address that a link may lead to: the web or mail. Null for anything else, such as javascript: or a relative one. */
export function safeHref(href: string): string | null {
  const url = URL.parse(href);
  return url && ["http:", "https:", "mailto:"].includes(url.protocol) ? url.href : null;
}

const NAMED: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0" };

/** `&lt;` as `<`; the result is text for React, which escapes it again. */
export function decodeEntities(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w{2,4}));/gi, (whole, decimal, hex, name) => {
    if (name) return NAMED[name.toLowerCase()] ?? whole;
    const code = decimal ? Number(decimal) : Number.parseInt(hex, 16);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
