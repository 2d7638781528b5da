import { QueryClient } from "@tanstack/react-query";
import { expect, test } from "vitest";
import { queryKeys } from "./queryKeys";
import { rowCache } from "./rowCache";

interface Row {
  id: string;
  title: string;
  updated_at: string;
}

const cache = rowCache<Row, readonly Row[]>("notes", (page) => page);
const version = (second: number): Row => ({
  id: "1",
  title: `Version ${second}`,
  updated_at: `2026-01-01T10:00:0${second}+00:00`,
});

test("what was asked before a row was written does not take the place of what was written", () => {
  const queryClient = new QueryClient();
  queryClient.setQueryData(queryKeys.row("notes", "1"), version(1));
  cache.put(queryClient, version(3));
  cache.put(queryClient, version(2));
  expect(queryClient.getQueryData(queryKeys.latestRows("notes"))).toEqual([version(3)]);
  expect(queryClient.getQueryData(queryKeys.row("notes", "1"))).toEqual(version(3));
  cache.put(queryClient, version(4));
  expect(queryClient.getQueryData(queryKeys.latestRows("notes"))).toEqual([version(4)]);
  expect(queryClient.getQueryData(queryKeys.row("notes", "1"))).toEqual(version(4));
});
