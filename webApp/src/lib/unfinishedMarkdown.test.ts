import { describe, expect, test } from "vitest";
import { tokensOf } from "./markdown";
import { finished } from "./unfinishedMarkdown";

describe("a text that is still being written", () => {
  test.each([
    ["Some **bold", "Some **bold**"],
    ["Some **bold*", "Some **bold**"],
    ["Some **", "Some "],
    ["Some *slanted", "Some *slanted*"],
    ["2 * 3 is", "2 * 3 is"],
    ["Call `list_ta", "Call `list_ta`"],
    ["Call `a` and `**b", "Call `a` and `**b`"],
    ["See [the page](https://exam", "See the page"],
    ["See [the pa", "See the pa"],
    ["See [the page](https://example.com) now", "See [the page](https://example.com) now"],
    ["| a | b", ""],
    ["| a | b |\n|---", ""],
    ["| a | b |\n|---|---|\n| 1", "| a | b |\n|---|---|\n| 1"],
    ["Before\n\n| a | b |", "Before\n"],
    ["A line\n-", "A line"],
    ["A line\n``", "A line"],
    ["So $$x = ", "So "],
    ["```sql\nselect **", "```sql\nselect **"],
    ["```\na\n```\nand **b", "```\na\n```\nand **b**"],
  ])("%j is shown as %j", (text, shown) => {
    expect(finished(text)).toBe(shown);
  });

  test("ends as it is written", () => {
    const text = "# Title\n\nSome **bold** and `code`, [a link](https://example.com).\n\n- one\n- two";
    expect(finished(text)).toBe(text);
  });

  test("can be shown at any of its characters", () => {
    const text =
      "## A\n\n1. **b** _c_ ~~d~~\n2. [e](https://f.g)\n\n| h | i |\n|:--|--:|\n| j | $k^2$ |\n\n```js\nl();\n```\n\n$$\nm\n$$\n";
    for (let end = 0; end <= text.length; end += 1) {
      expect(() => tokensOf(finished(text.slice(0, end)))).not.toThrow();
    }
  });
});
