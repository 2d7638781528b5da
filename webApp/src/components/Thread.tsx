import { memo } from "react";
import type { Action } from "@/lib/database";
import type { Entry, ToolEntry } from "@/lib/messages";
import { AgentMessage, type MessageActionsProps } from "./AgentMessage";
import { ToolCallCard } from "./ToolCallCard";
import { UserMessage } from "./UserMessage";
import { WaitingCall } from "./WaitingCall";

interface ThreadProps extends Omit<MessageActionsProps, "onAskAgain"> {
  entries: readonly Entry[];
  agentTitle: string;
  /** Puts a message's text back into the message field. */
  onEdit: (text: string) => void;
  /** Sends the last question once more. */
  onAskAgain?: (() => void) | null;
  /** What is said before the last question is skipped by the browser while it is out of sight. */
  isPast?: boolean;
  /** The message that is being written. */
  writingId?: string | null;
  /** The calls that wait, or waited, for a person. */
  actions?: readonly Action[] | undefined;
  isAsking?: boolean;
}

/** A part of the conversation. Knows nothing of what is typed, so typing never renders it. */
export const Thread = memo(function Thread({ entries, isPast = false, ...props }: ThreadProps) {
  const lastId = entries.at(-1)?.id;
  return blocksOf(entries).map((block) => (
    <div key={block.id} data-block={block.id} className={isPast ? "thread-block" : undefined}>
      {block.kind === "user" && <UserMessage text={block.text} at={block.at} onEdit={props.onEdit} />}
      {block.kind === "agent" && (
        <AgentMessage
          id={block.id}
          text={block.text}
          at={block.at}
          agentTitle={props.agentTitle}
          isWriting={block.id === props.writingId}
          rating={props.ratings[block.id] ?? null}
          onRate={props.onRate}
          onAskAgain={block.id === lastId ? (props.onAskAgain ?? null) : null}
        />
      )}
      {block.kind === "tools" && (
        <div className="mb-1.5 space-y-1.5">
          {block.calls.map((call) => {
            const action = actionOf(call, props.actions);
            return action ? (
              <WaitingCall key={call.id} action={action} />
            ) : (
              <ToolCallCard key={call.id} call={call} isAsking={props.isAsking} />
            );
          })}
        </div>
      )}
    </div>
  ));
});

function actionOf(call: ToolEntry, actions: readonly Action[] = []): Action | undefined {
  if (call.result !== null || call.status === "running") return undefined;
  return actions.find((action) => action.tool_call_id === call.callId);
}

type Block = Exclude<Entry, ToolEntry> | { kind: "tools"; id: string; calls: ToolEntry[] };

/** Neighbouring tool calls belong together. */
function blocksOf(entries: readonly Entry[]): Block[] {
  const blocks: Block[] = [];
  for (const entry of entries) {
    const last = blocks.at(-1);
    if (entry.kind !== "tool") blocks.push(entry);
    else if (last?.kind === "tools") last.calls.push(entry);
    else blocks.push({ kind: "tools", id: entry.id, calls: [entry] });
  }
  return blocks;
}
