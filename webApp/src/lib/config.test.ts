import { expect, test } from "vitest";
import { ConfigRefused, parseConfig } from "./config";

test("a configuration without an API address or a demo user has its own origin and none", () => {
  const config = parseConfig({ supabase_url: "https://x.supabase.co", publishable_key: "key" });
  expect(config).toMatchObject({ api_url: "", demo: null });
});

test("a configuration that does not fit is refused with every member that is wrong", () => {
  const parse = () => parseConfig({ supabase_url: "not an address", publishable_key: "" });
  expect(parse).toThrow(ConfigRefused);
  expect(parse).toThrow(/supabase_url.*\n.*publishable_key/);
});
