import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Link, Route, Routes } from "react-router";
import { beforeEach, expect, test } from "vitest";
import type { AgentDetail } from "@/api/agents";
import { useBesideChatStore } from "@/stores/useBesideChatStore";
import { timeRead, useReadStore } from "@/stores/useReadStore";
import { backend } from "@/testing/backend";
import { renderApp, USER_ID } from "@/testing/render";
import { AgentFrame } from "./AgentFrame";

const agent = {
  agent_name: "helper",
  display_name: "Helper",
  description: null,
  is_active: true,
} as AgentDetail;

beforeEach(() => useBesideChatStore.setState(useBesideChatStore.getInitialState(), true));
beforeEach(() => useReadStore.setState({ users: {} }));

function open() {
  renderApp(
    <Routes>
      <Route path="/tool" element={<ToolPage />} />
      <Route path="/history" element={<HistoryPage />} />
    </Routes>,
    "/tool",
  );
}

const ToolPage = () => (
  <AgentFrame title="A tool" agent={agent}>
    <Link to="/history">Another page of it</Link>
  </AgentFrame>
);

const HistoryPage = () => (
  <AgentFrame title="The history" agent={agent}>
    <p>What was changed.</p>
  </AgentFrame>
);

const field = () => screen.findByRole("textbox", { name: "Message" });

test("a chat that is asked for takes the focus, and one that is brought along to another page leaves it", async () => {
  open();
  await userEvent.click(screen.getByRole("button", { name: "Chat beside" }));
  expect(await field()).toHaveFocus();
  await userEvent.type(await field(), "Half a sen");
  await userEvent.click(screen.getByRole("link", { name: "Another page of it" }));
  await screen.findByRole("heading", { name: "The history" });
  expect(await field()).toHaveValue("Half a sen");
  expect(await field()).not.toHaveFocus();
  await userEvent.click(screen.getByRole("button", { name: "Chat beside" }));
  await userEvent.click(screen.getByRole("button", { name: "Chat beside" }));
  expect(await field()).toHaveFocus();
});

test("a new chat that is begun there takes the focus, and what was said before counts as read", async () => {
  open();
  await userEvent.click(screen.getByRole("button", { name: "Chat beside" }));
  await userEvent.type(await field(), "Hello{Enter}");
  expect(await screen.findByText("Done.")).toBeInTheDocument();
  Object.assign(backend.rows("chats")[0] ?? {}, { last_message_at: new Date().toISOString() });
  await userEvent.click(screen.getByRole("link", { name: "Another page of it" }));
  expect(await screen.findByText("Done.")).toBeInTheDocument();
  await waitFor(() => expect(timeRead(USER_ID, String(backend.rows("chats")[0]?.["id"]))).not.toBeNull());
  await userEvent.click(screen.getByRole("button", { name: "Begin a new chat here" }));
  await waitFor(() => expect(screen.queryByText("Done.")).not.toBeInTheDocument());
  expect(await field()).toHaveFocus();
});
