import { expect, test } from "vitest";
import { diffLines } from "./lineDiff";

function shown(before: string, after: string): string[] {
  const signs = { same: " ", gone: "-", new: "+" };
  return diffLines(before, after).map((line) =>
    line.kind === "more" ? `…${line.count}` : `${signs[line.kind]}${line.text}`,
  );
}

test("lines that stay are told from those that go and come", () => {
  expect(shown("a\nb\nc", "a\nx\nc\nd")).toEqual([" a", "-b", "+x", " c", "+d"]);
});

test("what is new altogether has no line before it, and the other way round", () => {
  expect(shown("", "a\nb")).toEqual(["+a", "+b"]);
  expect(shown("a", "")).toEqual(["-a"]);
});

test("what is the same far away is only counted", () => {
  expect(shown("1\n2\n3\n4\n5\n6\n7", "1\n2\n3\n4\n5\n6\n8")).toEqual(["…4", " 5", " 6", "-7", "+8"]);
});
