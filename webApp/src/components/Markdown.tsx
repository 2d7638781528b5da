import clsx from "clsx";
import type { Token, Tokens } from "marked";
import { createElement, Fragment, lazy, memo, type ReactNode, Suspense, useMemo } from "react";
import { decodeEntities, type MarkdownToken, safeHref, tokensOf } from "@/lib/markdown";
import { texts } from "@/lib/texts";
import { finished } from "@/lib/unfinishedMarkdown";
import { CopyButton } from "./CopyButton";

const ColouredCode = lazy(() => import("./ColouredCode"));
const Formula = lazy(() => import("./Formula"));

// No person writes lists inside lists this deep; beyond it, the text is shown as it is.
const MAX_DEPTH = 24;

interface MarkdownProps {
  text: string;
  /** More of it is to come. */
  isUnfinished?: boolean;
}

/** Markdown that nobody vouches for: HTML in it is text, links are marked as foreign, images are links. */
export const Markdown = memo(function Markdown({ text, isUnfinished = false }: MarkdownProps) {
  const tokens = useMemo(() => tokensOf(isUnfinished ? finished(text) : text), [text, isUnfinished]);
  return (
    <div className="prose-agent">
      {tokens.map((token, index) => (
        <Block
          // biome-ignore lint/suspicious/noArrayIndexKey: as in renderAll
          key={index}
          token={token}
          raw={token.raw}
          isUnfinished={isUnfinished && index === tokens.length - 1}
        />
      ))}
    </div>
  );
});

/** A paragraph, a list, a table: one that has not changed is not rendered again while the text grows below it. */
const Block = memo(
  function Block({ token, isUnfinished }: { token: MarkdownToken; raw: string; isUnfinished: boolean }) {
    if (token.type === "code") {
      return <CodeBlock code={token.text} language={token.lang ?? ""} isUnfinished={isUnfinished} />;
    }
    return render(token, 0);
  },
  (before, now) =>
    before.raw === now.raw && before.isUnfinished === now.isUnfinished && levelOf(before) === levelOf(now),
);

/** A heading's place depends on those above it. */
function levelOf({ token }: { token: MarkdownToken }): number {
  return token.type === "heading" ? token.depth : 0;
}

function renderAll(tokens: readonly Token[] | undefined, depth: number): ReactNode {
  if (!tokens) return null;
  return tokens.map((token, index) => {
    const rendered = render(token as MarkdownToken, depth);
    // Tokens have no identity, and a text that grows only changes at its end: the position is the right key.
    // biome-ignore lint/suspicious/noArrayIndexKey: see above
    return <Fragment key={index}>{rendered}</Fragment>;
  });
}

function render(token: MarkdownToken, depth: number): ReactNode {
  if (depth > MAX_DEPTH) return token.raw;
  const children = () => renderAll("tokens" in token ? token.tokens : undefined, depth + 1);
  switch (token.type) {
    case "paragraph":
      return <p>{children()}</p>;
    case "heading":
      // The page's own headings are h1 and h2: an answer's begin below them.
      return createElement(`h${Math.min(token.depth + 2, 6)}`, null, children());
    case "list":
      return <List token={token} depth={depth} />;
    case "blockquote":
      return <blockquote>{children()}</blockquote>;
    case "code":
      return <CodeBlock code={token.text} language={token.lang ?? ""} />;
    case "table":
      return <Table token={token} depth={depth} />;
    case "math":
      return <MathText tex={token.text} isBlock={token.isBlock} />;
    case "hr":
      return <hr />;
    case "strong":
      return <strong className="font-semibold">{children()}</strong>;
    case "em":
      return <em>{children()}</em>;
    case "del":
      return <del>{children()}</del>;
    case "codespan":
      return <code>{token.text}</code>;
    case "br":
      return <br />;
    case "link":
      return <Link href={token.href}>{children()}</Link>;
    case "image":
      return <ImageLink href={token.href} alt={token.text} />;
    case "checkbox":
      return (
        <input type="checkbox" checked={token.checked} readOnly disabled className="mr-2 align-middle" />
      );
    case "text":
      return token.tokens ? children() : token.escaped ? token.text : decodeEntities(token.text);
    case "escape":
      return token.text;
    case "html":
      return token.text;
    default:
      return null;
  }
}

function List({ token, depth }: { token: Tokens.List; depth: number }) {
  const items = token.items.map((item, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: as in renderAll
    <li key={index}>{renderAll(item.tokens, depth + 1)}</li>
  ));
  return token.ordered ? <ol start={Number(token.start) || 1}>{items}</ol> : <ul>{items}</ul>;
}

function Table({ token, depth }: { token: Tokens.Table; depth: number }) {
  const cell = (one: Tokens.TableCell, index: number) =>
    createElement(
      one.header ? "th" : "td",
      {
        key: index,
        className: clsx(
          "border-line border-b px-3 py-1.5",
          one.header && "font-medium text-soft",
          one.align === "right" ? "text-right" : "text-left",
        ),
        ...(one.header && { scope: "col" }),
      },
      renderAll(one.tokens, depth + 1),
    );
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <div className="overflow-x-auto rounded-lg border border-line" tabIndex={0}>
      <table className="w-full border-collapse text-sm">
        <thead>
          <tr>{token.header.map(cell)}</tr>
        </thead>
        <tbody>
          {token.rows.map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: as in renderAll
            <tr key={index} className="last:[&>td]:border-b-0">
              {row.map(cell)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface CodeBlockProps {
  code: string;
  language: string;
  isUnfinished?: boolean;
}

/** Colours come once the code is there: until then each word would be coloured anew with the next one. */
function CodeBlock({ code, language, isUnfinished = false }: CodeBlockProps) {
  const name = language.trim().split(/\s/)[0]?.toLowerCase() ?? "";
  return (
    <div className="overflow-hidden rounded-lg border border-line bg-sunken">
      <div className="flex h-9 items-center justify-between border-line border-b pr-0.5 pl-3 text-faint text-xs">
        {language}
        <CopyButton text={code} label={texts.chat.copyCode} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre className="overflow-x-auto p-3 text-[0.8125rem] leading-relaxed" tabIndex={0}>
        <code className="code-colours font-mono">
          {name && !isUnfinished ? (
            <Suspense fallback={code}>
              <ColouredCode code={code} language={name} />
            </Suspense>
          ) : (
            code
          )}
        </code>
      </pre>
    </div>
  );
}

/** Until its part of the app is there, and where it is no good TeX, a formula is its source. */
function MathText({ tex, isBlock }: { tex: string; isBlock: boolean }) {
  const formula = (
    <Suspense fallback={<code>{tex}</code>}>
      <Formula tex={tex} isBlock={isBlock} />
    </Suspense>
  );
  if (!isBlock) return formula;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <span className="block overflow-x-auto overflow-y-hidden py-1" tabIndex={0}>
      {formula}
    </span>
  );
}

function Link({ href, children }: { href: string; children: ReactNode }) {
  const safe = safeHref(href);
  if (!safe) return children;
  return (
    <a href={safe} target="_blank" rel="noopener noreferrer nofollow" title={safe}>
      {children}
    </a>
  );
}

/** Loading an image tells its server who reads what: it is opened by whoever wants to see it. */
function ImageLink({ href, alt }: { href: string; alt: string }) {
  const safe = safeHref(href);
  return safe ? <Link href={safe}>{texts.chat.image(alt, new URL(safe).host)}</Link> : alt;
}
