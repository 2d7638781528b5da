import { expect, test } from "vitest";
import { fuzzyFind, fuzzyScore } from "./fuzzy";

const find = (letters: string, ...texts: string[]) => fuzzyFind(letters, texts, (text) => text);

test("letters find what has them in this order, and nothing else", () => {
  expect(find("wtp", "Water the plants", "Plants", "What to pack")).toEqual([
    "What to pack",
    "Water the plants",
  ]);
  expect(fuzzyScore("zz", "Water")).toBeNull();
  expect(fuzzyScore("taw", "Water")).toBeNull();
});

test("the words as they are come first, and those at the beginning of words before others", () => {
  expect(find("plan", "Explanation", "A plan", "Planning", "p l a n")).toEqual([
    "Planning",
    "A plan",
    "Explanation",
    "p l a n",
  ]);
});

test("a letter that cannot be taken from the beginning of a word is found inside of one", () => {
  expect(fuzzyScore("aca", "a cabana")).not.toBeNull();
  expect(fuzzyScore("rnm", "Rename this chat")).not.toBeNull();
});

test("nothing typed finds all, as they are", () => {
  expect(find(" ", "b", "a")).toEqual(["b", "a"]);
});
