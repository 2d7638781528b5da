import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse } from "msw";
import { beforeEach, describe, expect, test } from "vitest";
import { announceChange } from "@/lib/tabs";
import { backend, refusing } from "@/testing/backend";
import { addAgents } from "@/testing/chats";
import { renderApp } from "@/testing/render";
import { RunStream, said } from "@/testing/runStream";
import ApprovalsPage from "./ApprovalsPage";

const chatId = "00000000-0000-4000-8000-00000000000a";
const runId = "00000000-0000-4000-8000-0000000000d1";

let mayRead = true;

/** A call that asks, as both the database and the chat server have it. */
function asks(id: string, facts: Record<string, unknown> = {}) {
  const row = {
    id,
    chat_id: chatId,
    chat_title: "Plants",
    run_id: runId,
    continued_by: null,
    agent_name: "assistant",
    tool_name: "update_task",
    tool_call_id: `call of ${id}`,
    tool_id: null,
    arguments: { data: { priority: 3 } },
    proposed_arguments: null,
    summary: `Change ${id}.`,
    preview: { changes: { priority: 3 }, rows: [{ title: id, priority: 1 }], count: 1, more: false },
    status: "pending",
    decision_reason: null,
    result: null,
    created_at: "2026-11-26T10:00:00+00:00",
    expires_at: new Date(Date.now() + 3_600_000).toISOString(),
    decided_at: null,
    ...facts,
  };
  backend.rows("pending_actions").push(row);
  return row;
}

function decided(row: ReturnType<typeof asks>, decision: string, facts: object = {}) {
  backend.rows("action_decisions").push({
    id: `decision ${backend.rows("action_decisions").length}`,
    decision,
    reason: null,
    created_at: "2026-11-26T11:00:00+00:00",
    action: row,
    ...facts,
  });
}

beforeEach(() => {
  mayRead = true;
  backend.setApi((request) => {
    const { searchParams } = new URL(request.url);
    if (!mayRead) return HttpResponse.json({}, { status: 500 });
    const pending = backend
      .rows("pending_actions")
      .filter(({ status }) => status === "pending")
      .toSorted((one, other) => (String(one["created_at"]) < String(other["created_at"]) ? 1 : -1));
    const limit = Number(searchParams.get("limit") ?? 2);
    const from = pending.findIndex(({ id }) => id === searchParams.get("before")) + 1;
    return HttpResponse.json({
      approvals: pending.slice(from, from + limit).map(({ chat_id, decision_reason, ...row }) => ({
        ...row,
        session_id: chat_id,
        reason: decision_reason,
      })),
      pending: pending.length,
      has_more: pending.length > from + limit,
    });
  });
  addAgents("assistant");
});

const open = () => renderApp(<ApprovalsPage />, "/approvals");
const cards = () => screen.findAllByRole("region", { name: "Allow “Update task”?" });
const allow = (card: HTMLElement) => userEvent.click(within(card).getByRole("button", { name: "Allow" }));
// A browser puts a space where jsdom, which lays nothing out, has none.
const waitingLink = (count: string) =>
  screen.findByRole("link", { name: new RegExp(`^Approvals ?${count}$`) });

/** The turn goes on after the decision, and does what was allowed. */
function carryOut(row: ReturnType<typeof asks>, result: object) {
  backend.setAgent(({ run_id, decision }) => {
    const isApproved = decision?.payload["approved"] === true;
    const text = JSON.stringify(result);
    Object.assign(row, isApproved ? { status: "executed", result: { text } } : { status: "rejected" });
    decided(row, isApproved ? "approve" : "reject");
    return new RunStream(run_id).send(said.started(run_id), said.finished()).close().response;
  });
}

describe("the inbox", () => {
  test("shows what waits, where it comes from, and how much of it there is", async () => {
    asks("Water");
    open();
    const [card] = await cards();
    expect(card).toHaveTextContent("Change Water.");
    expect(card).toHaveTextContent("now: 1then: 3");
    expect(screen.getByRole("link", { name: "Open the chat “Plants”" })).toHaveAttribute(
      "href",
      `/chat/${chatId}`,
    );
    expect(await screen.findByText(/^ASSISTANT asked/)).toBeInTheDocument();
    expect(await waitingLink("1 waits for you")).toBeInTheDocument();
    expect(
      screen.getByRole("button", { name: "Open the list of chats, 1 waits for you" }),
    ).toBeInTheDocument();
    await waitFor(() => expect(document.title).toBe("(1) Approvals · Clarity"));
  });

  test("tells what came of a decision, in its place, and puts it on record", async () => {
    const row = asks("Water");
    carryOut(row, { updated: 1, rows: [{ title: "Water" }] });
    open();
    const [card] = (await cards()) as [HTMLElement];
    await allow(card);
    expect(await within(card).findByText("Allowed and done")).toBeInTheDocument();
    expect(await within(card).findByText("1 row changed")).toBeInTheDocument();
    expect(within(card).getByRole("link", { name: "Open the chat" })).toHaveAttribute(
      "href",
      `/chat/${chatId}`,
    );
    expect(within(card).queryByText(/elsewhere/)).not.toBeInTheDocument();
    expect(card).toHaveFocus();
    expect(await screen.findByRole("link", { name: "Approvals" })).toBeInTheDocument();
    const record = screen.getByRole("region", { name: "On record" });
    expect(await within(record).findByText("done", { exact: false })).toBeInTheDocument();
    await waitFor(() => expect(document.title).toBe("Approvals · Clarity"));
  });

  test("says of a call that was decided elsewhere what became of it, and asks no more", async () => {
    const row = asks("Water");
    open();
    const [card] = (await cards()) as [HTMLElement];
    Object.assign(row, { status: "failed", result: { text: "No such row." } });
    announceChange(chatId);
    expect(await within(card).findByText(/decided elsewhere meanwhile/)).toBeInTheDocument();
    expect(card).toHaveTextContent("Allowed, but it did not work");
    expect(card).toHaveTextContent("No such row.");
    expect(within(card).queryByRole("button")).not.toBeInTheDocument();
  });

  test("keeps asking where the server refuses, with the reason", async () => {
    asks("Water");
    backend.setAgent(refusing(503, "database_unavailable"));
    open();
    const [card] = (await cards()) as [HTMLElement];
    await allow(card);
    expect(await within(card).findByRole("alert")).toHaveTextContent("Detail of database_unavailable.");
    expect(within(card).getByRole("button", { name: "Allow" })).toBeEnabled();
  });

  test("says of a call whose chat was deleted that it is gone", async () => {
    asks("Water");
    open();
    await cards();
    backend.rows("pending_actions").length = 0;
    announceChange(chatId);
    expect(await screen.findByText(/its chat was deleted/)).toBeInTheDocument();
  });

  test("says of calls of one turn that all of them are to be decided", async () => {
    const first = asks("First");
    asks("Second");
    backend.setAgent(({ run_id }) => {
      Object.assign(first, { status: "approved" });
      return new RunStream(run_id).send(said.started(run_id), said.finished({ type: "interrupt" })).close()
        .response;
    });
    open();
    expect(await screen.findByText(/2 questions of one turn/)).toBeInTheDocument();
    const card = (await cards()).find((one) => one.textContent?.includes("First")) as HTMLElement;
    await allow(card);
    expect(
      await within(card).findByText(/once you have decided about the other 1 question/),
    ).toBeInTheDocument();
    expect(within(card).queryByText(/goes on …/)).not.toBeInTheDocument();
  });

  test("puts a new question on top only when it is asked for", async () => {
    asks("Old");
    open();
    await cards();
    asks("New", { run_id: "another", created_at: "2026-11-26T12:00:00+00:00" });
    announceChange(chatId);
    await userEvent.click(await screen.findByRole("button", { name: "Show 1 new question" }));
    const [first, second] = await cards();
    expect(first).toHaveTextContent("New");
    expect(second).toHaveTextContent("Old");
  });

  test("goes from one question to the next by keys, and decides by them", async () => {
    const row = asks("Old");
    asks("New", { run_id: "another", created_at: "2026-11-26T12:00:00+00:00" });
    carryOut(row, { updated: 1 });
    open();
    const [first, second] = (await cards()) as [HTMLElement, HTMLElement];
    within(first).getByRole("checkbox").focus();
    await userEvent.keyboard("j");
    expect(second).toHaveFocus();
    await userEvent.keyboard("k");
    expect(first).toHaveFocus();
    await userEvent.keyboard("jn");
    await userEvent.keyboard("jk y");
    expect(within(second).getByRole("textbox")).toHaveValue("jk y");
    await userEvent.keyboard("{Escape}");
    second.focus();
    await userEvent.keyboard("y");
    expect(await within(second).findByText("Allowed and done")).toBeInTheDocument();
  });

  test("reads on where there is more", async () => {
    for (const minute of [1, 2, 3]) {
      asks(`Task ${minute}`, { run_id: `run ${minute}`, created_at: `2026-11-26T10:0${minute}:00+00:00` });
    }
    open();
    expect(await cards()).toHaveLength(2);
    await userEvent.click(screen.getByRole("button", { name: "Show older questions" }));
    await waitFor(async () => expect(await cards()).toHaveLength(3));
    expect(await waitingLink("3 wait for you")).toBeInTheDocument();
  });

  test("teaches what it is for when nothing waits", async () => {
    open();
    expect(await screen.findByText("Nothing waits for you")).toBeInTheDocument();
    expect(screen.getByRole("link", { name: "Choose which tools ask you" })).toHaveAttribute(
      "href",
      "/settings/permissions",
    );
    expect(await screen.findByText("Nothing has been decided yet.")).toBeInTheDocument();
  });

  test("that cannot be read says why, and is read again", async () => {
    mayRead = false;
    asks("Water");
    open();
    expect(await screen.findByRole("alert")).toHaveTextContent("What waits for you could not be loaded.");
    mayRead = true;
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await cards()).toHaveLength(1);
  });
});

describe("the record", () => {
  test("says who decided what, why, and what came of it", async () => {
    const row = asks("Water", { status: "failed", result: { text: "Refused." }, proposed_arguments: {} });
    decided(row, "approve");
    decided(row, "always_allow");
    decided(asks("Weeds", { status: "rejected" }), "reject", { reason: "Not those" });
    decided(asks("Late", { status: "expired" }), "expire", { reason: "Nobody decided in time." });
    open();
    const record = screen.getByRole("region", { name: "On record" });
    const entries = await within(record).findAllByRole("listitem");
    const saying = (words: string) => entries.find((entry) => entry.textContent?.startsWith(words));
    expect(saying("You allowed: Update task · did not work")).toHaveTextContent(
      /You changed what.*Refused\./,
    );
    expect(saying("You always allow: Update task")).not.toHaveTextContent("did not work");
    expect(saying("You refused: Update task")).toHaveTextContent("“Not those”");
    expect(saying("Nobody decided in time: Update task")).not.toHaveTextContent("“");
  });
});
