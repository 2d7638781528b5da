import { expect, test } from "vitest";
import { backend } from "@/testing/backend";
import { services } from "@/testing/render";
import { exportData, ROWS_PER_PAGE } from "./exportData";

test("an export has every row once, of more pages than one", async () => {
  const count = 2 * ROWS_PER_PAGE;
  for (let id = 0; id < count; id += 1) backend.rows("tasks").push({ id: String(id).padStart(5, "0") });
  const seen: number[] = [];
  const data = await exportData(services.supabase, (rows) => seen.push(rows));
  expect(new Set(data.tasks.map((row) => (row as { id: string }).id)).size).toBe(count);
  expect(data.tasks).toHaveLength(count);
  expect(seen.at(-1)).toBe(count);
});

test("an export that breaks off gives nothing rather than a part", async () => {
  backend.intercept((_method, table) =>
    table === "chats" ? Response.json({ message: "down" }, { status: 503 }) : undefined,
  );
  await expect(exportData(services.supabase, () => undefined)).rejects.toThrow("down");
});
