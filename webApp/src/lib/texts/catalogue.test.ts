import { expect, test } from "vitest";

const sources = import.meta.glob<string>(["/src/**/*.tsx", "!**/*.test.tsx", "!/src/testing/**"], {
  query: "?raw",
  import: "default",
  eager: true,
});

// What is between tags is for the linter to find (noJsxLiterals).
const SPOKEN =
  /\s(?:alt|aria-label|aria-description|hint|label|lead|placeholder|title)="[^"]*[A-Za-z][^"]*"/g;

test("no component says a word that is not in the catalogue", () => {
  expect(Object.keys(sources).length).toBeGreaterThan(100);
  const found = Object.entries(sources).flatMap(([path, source]) =>
    [...source.matchAll(SPOKEN)].map(([text]) => `${path}:${text}`),
  );
  expect(found).toEqual([]);
});
