import clsx from "clsx";
import { memo, useMemo } from "react";
import type { Action } from "@/lib/database";
import type { Entry, ToolEntry } from "@/lib/messages";
import { AgentMessage, type MessageActionsProps } from "./AgentMessage";
import { ToolCallCard } from "./ToolCallCard";
import { UnreadLine } from "./UnreadLine";
import { type Place, UserMessage } from "./UserMessage";
import { WaitingCall } from "./WaitingCall";

interface ThreadProps extends Omit<MessageActionsProps, "onAskAgain"> {
  entries: readonly Entry[];
  agentTitle: string;
  /** Where it is, for what is done with a message of one's own. */
  place: Place;
  /** Sends the last question once more. */
  onAskAgain?: (() => void) | null;
  /** What has not been read begins with this entry. */
  unreadId: string | null;
  /** The message that is being written. */
  writingId?: string | null;
  /** The calls that wait, or waited, for a person. */
  actions?: readonly Action[] | undefined;
  isAsking?: boolean;
}

/** A part of the conversation. Knows nothing of what is typed, so typing never renders it. */
export const Thread = memo(function Thread({ entries, ...props }: ThreadProps) {
  const blocks = blocksOf(entries);
  return blocks.map((block) => (
    <ThreadBlock key={block.id} block={block} isLast={block === blocks.at(-1)} {...props} />
  ));
});

/**
 * What was said before the last question: the browser skips what of it is out of sight, some blocks at a time, so that
 * a long chat costs what is seen of it.
 */
export const PastThread = memo(function PastThread({ entries, ...props }: ThreadProps) {
  const chunks = useMemo(() => chunksOf(blocksOf(entries)), [entries]);
  return chunks.map(({ key, blocks }, index) => (
    <div
      key={key}
      className={clsx("flex flex-col gap-2", index < chunks.length - WHOLE_CHUNKS && "thread-chunk")}
      style={{ containIntrinsicSize: `auto ${blocks.length * BLOCK_REMS}rem` }}
    >
      {blocks.map((block) => (
        <ThreadBlock key={block.id} block={block} isLast={false} {...props} />
      ))}
    </div>
  ));
});

interface ThreadBlockProps extends Omit<ThreadProps, "entries"> {
  block: Block;
  isLast: boolean;
}

function ThreadBlock({ block, isLast, ...props }: ThreadBlockProps) {
  return (
    <div data-block={block.id}>
      {isIn(block, props.unreadId) && <UnreadLine />}
      {block.kind === "user" && (
        <UserMessage id={block.id} text={block.text} at={block.at} place={props.place} />
      )}
      {block.kind === "agent" && (
        <AgentMessage
          id={block.id}
          text={block.text}
          at={block.at}
          agentTitle={props.agentTitle}
          isWriting={block.id === props.writingId}
          rating={props.ratings[block.id] ?? null}
          onRate={props.onRate}
          onAskAgain={isLast ? (props.onAskAgain ?? null) : null}
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
  );
}

function isIn(block: Block, entryId: string | null): boolean {
  if (entryId === null) return false;
  return block.kind === "tools" ? block.calls.some(({ id }) => id === entryId) : block.id === entryId;
}

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

// About the height of a block that has never been seen.
const BLOCK_REMS = 7;
// At the end, where one mostly is: a chunk that has never been seen has a height that is only supposed.
const WHOLE_CHUNKS = 2;
// Blocks in a chunk, on average.
const CHUNK_BLOCKS = 24;

interface Chunk {
  key: string;
  blocks: Block[];
}

/**
 * Where a chunk ends is told by the ids of its blocks and not by counting, and a chunk is known by what comes after it:
 * so they stay the same when earlier blocks are put before them or later ones behind.
 */
function chunksOf(blocks: readonly Block[]): Chunk[] {
  const chunks: Chunk[] = [];
  let current: Block[] = [];
  for (const block of blocks) {
    if (current.length > 0 && Number.parseInt(block.id.slice(0, 6), 16) % CHUNK_BLOCKS === 0) {
      chunks.push({ key: block.id, blocks: current });
      current = [];
    }
    current.push(block);
  }
  return current.length > 0 ? [...chunks, { key: "last", blocks: current }] : chunks;
}
