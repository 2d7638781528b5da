import { render, screen, waitFor } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { Markdown } from "./Markdown";

const show = (text: string) => render(<Markdown text={text} />).container;

describe("what an agent writes", () => {
  test("is formatted: lists, tables, code, emphasis", () => {
    const container = show(
      "# Title\n\n1. **one**\n2. `two`\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n```sql\nselect 1;\n```",
    );
    expect(screen.getByRole("heading", { level: 3 })).toHaveTextContent("Title");
    expect(screen.getAllByRole("listitem")).toHaveLength(2);
    expect(screen.getAllByRole("columnheader")).toHaveLength(2);
    expect(container.querySelector("pre")).toHaveTextContent("select 1;");
  });

  test("has headings in order, whatever level they begin with or leave out", () => {
    show("## A\n\n##### B\n\n### C\n\n## D");
    const levels = screen.getAllByRole("heading").map((heading) => heading.tagName);
    expect(levels).toEqual(["H3", "H4", "H4", "H3"]);
  });

  test("shows formulas as MathML, without what would link or load, and prices as prices", async () => {
    const container = show(
      "From $5 to $6, so $a^2$ and\n\n$$\\sum_i b_i$$\n\n\\(\\href{https://x.test}{c} \\includegraphics{https://x.test/y.png}\\) $\\label{message}d$",
    );
    await waitFor(() => expect(container.querySelectorAll("math").length).toBeGreaterThanOrEqual(2));
    expect(container).toHaveTextContent("From $5 to $6, so");
    expect(container.querySelector("a, img, [href], [src], [id], [style*=url]")).toBeNull();
  });

  test("has code in colours, as text", async () => {
    const container = show('```js\nconst a = "<img src=x onerror=alert(1)>";\n```');
    await waitFor(() => expect(container.querySelector(".hljs-keyword")).toHaveTextContent("const"));
    expect(container.querySelector("img")).toBeNull();
    expect(container.querySelector("code")).toHaveTextContent('const a = "<img src=x onerror=alert(1)>";');
  });

  test("has code of a language that nobody knows as it is", async () => {
    expect(show("```brainfog\n+++\n```").querySelector("code")).toHaveTextContent("+++");
    await waitFor(() => expect(screen.getByText("+++")).toBeInTheDocument());
  });

  test("is text where it is HTML", () => {
    const container = show(
      '<img src=x onerror="alert(1)"> a <b onclick="x">bold</b> <script>alert(1)</script>',
    );
    expect(container.querySelector("img, b, script")).toBeNull();
    expect(container).toHaveTextContent('<b onclick="x">bold</b>');
  });

  test.each([
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "/relative",
    "//host",
  ])("links nowhere when the address is %s", (address) => {
    show(`[click](${address})`);
    expect(screen.queryByRole("link")).toBeNull();
    expect(screen.getByText("click")).toBeInTheDocument();
  });

  test("opens its links elsewhere, and tells that page nothing", () => {
    show("[site](https://example.com/a)");
    const link = screen.getByRole("link", { name: "site" });
    expect(link).toHaveAttribute("rel", "noopener noreferrer nofollow");
    expect(link).toHaveAttribute("target", "_blank");
  });

  test("loads no image, and offers a link that names where it is", () => {
    const container = show("![a cat](https://tracker.example/cat.png?who=me)");
    expect(container.querySelector("img")).toBeNull();
    expect(screen.getByRole("link")).toHaveTextContent("Image: a cat (tracker.example)");
  });

  test.each(["**half", "```js\nconst a", "| a | b |\n|--", "[link](http", "<div", "- "])(
    "survives half-finished %j",
    (text) => {
      expect(() => show(text)).not.toThrow();
    },
  );

  test("survives nesting that no person writes", () => {
    expect(() => show(`${">".repeat(20_000)} deep`)).not.toThrow();
    expect(() => show(`${"- ".repeat(500)}deep`)).not.toThrow();
  });

  test("shows the characters that it names, once", () => {
    expect(show("1 &lt; 2 &amp;&amp; &#x41; `&lt;`")).toHaveTextContent("1 < 2 && A &lt;");
  });
});
