import { expect, test } from "vitest";
import { placeOf } from "./places";

const chatId = "00000000-0000-4000-8000-00000000000a";

test.each([
  ["/", { kind: "open", agentName: null }],
  ["/agent/librarian", { kind: "open", agentName: "librarian" }],
  ["/new", { kind: "new", agentName: null }],
  ["/new/librarian", { kind: "new", agentName: "librarian" }],
  [`/chat/${chatId.toUpperCase()}`, { kind: "chat", chatId }],
  ["/chat/not-an-id", { kind: "open", agentName: null }],
  ["/nonsense", { kind: "open", agentName: null }],
])("%s means %o", (path, place) => {
  expect(placeOf(path)).toEqual(place);
});
