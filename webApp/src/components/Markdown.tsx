import clsx from "clsx";
import type { MarkedToken, Token, Tokens } from "marked";
import { createElement, Fragment, memo, type ReactNode, useMemo } from "react";
import { decodeEntities, safeHref, tokensOf } from "@/lib/markdown";
import { texts } from "@/lib/texts";
import { CopyButton } from "./CopyButton";

// No person writes lists inside lists this deep; beyond it, the text is shown as it is.
const MAX_DEPTH = 24;

/** Markdown that nobody vouches for: HTML in it is text, links are marked as foreign, images are links. */
export const Markdown = memo(function Markdown({ text }: { text: string }) {
  const tokens = useMemo(() => tokensOf(text), [text]);
  return <div className="prose-agent">{renderAll(tokens, 0)}</div>;
});

function renderAll(tokens: readonly Token[] | undefined, depth: number): ReactNode {
  if (!tokens) return null;
  // Tokens have no identity, and a text that grows only changes at its end: the position is the right key.
  // biome-ignore lint/suspicious/noArrayIndexKey: see above
  return tokens.map((token, index) => <Fragment key={index}>{render(token as MarkedToken, depth)}</Fragment>);
}

function render(token: MarkedToken, depth: number): ReactNode {
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

function CodeBlock({ code, language }: { code: string; language: string }) {
  return (
    <div className="overflow-hidden rounded-lg border border-line bg-sunken">
      <div className="flex h-9 items-center justify-between border-line border-b pr-0.5 pl-3 text-faint text-xs">
        {language}
        <CopyButton text={code} label={texts.chat.copyCode} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre className="overflow-x-auto p-3 text-[0.8125rem] leading-relaxed" tabIndex={0}>
        <code className="font-mono">{code}</code>
      </pre>
    </div>
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
