import { describe, expect, test } from "vitest";
import { Problem } from "./problem";
import { refusalOfAgent, refusalOfTool } from "./refusals";

function refused(detail: string, facts: { code?: string; hint?: string } = {}): Problem {
  return new Problem({ code: "database_23514", title: "The database refused", detail, ...facts });
}

describe("the database's refusal of a tool", () => {
  test.each([
    ["Tool x names the table boks, which does not exist.", "table"],
    ["Tool x needs a table_name in its config.", "table"],
    ["Tool x has the unknown method explode.", "method"],
    ["Tool x has an empty list of columns.", "columns"],
    ["Tool x names the column y in columns, but books has no such column.", "columns"],
    ["Tool x: filters allow like on pages, but the column is integer.", "filters"],
    ["Tool x: the enum of argument title is empty.", "writes"],
    ["Tool x has the unknown config key y.", "config"],
  ] as const)("is shown where it belongs: %s", (message, field) => {
    expect(refusalOfTool(refused(message)).field).toBe(field);
  });

  test("comes with what to write instead", () => {
    const problem = refused("Tool x has an empty list of columns.", { hint: "Leave it out." });
    expect(refusalOfTool(problem).message).toBe("Tool x has an empty list of columns. Leave it out.");
  });

  test("of a name that is there says so in words of ours", () => {
    const message = 'duplicate key value violates unique constraint "agent_tools_agent_id_name_key"';
    const refusal = refusalOfTool(refused(message, { code: "database_23505" }));
    expect(refusal).toEqual({ field: "name", message: expect.stringContaining("of this name already") });
  });

  test("is about no field when it was no check that refused", () => {
    const problem = refused("permission denied for table agent_tools", { code: "database_42501" });
    expect(refusalOfTool(problem).field).toBeNull();
    expect(refusalOfTool(new Problem({ code: "network", title: "", detail: "" })).field).toBeNull();
  });
});

describe("the database's refusal of an agent", () => {
  test("is about its name, its model, or nothing that can be seen", () => {
    const taken = 'violates unique constraint "agent_configurations_owner_id_agent_name_key"';
    expect(refusalOfAgent(refused(taken, { code: "database_23505" })).field).toBe("agent_name");
    expect(refusalOfAgent(refused('violates check constraint "agent_name_is_a_slug"')).field).toBe(
      "agent_name",
    );
    expect(refusalOfAgent(refused("only the database's owner may set the base_url")).field).toBe(
      "llm_config",
    );
    expect(refusalOfAgent(refused("A user may have 20 private agents, and 20 are there.")).field).toBeNull();
  });
});
