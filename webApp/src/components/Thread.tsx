import { Pencil } from "lucide-react";
import { Fragment, memo } from "react";
import type { Entry, ToolEntry } from "@/lib/messages";
import { texts } from "@/lib/texts";
import { momentText } from "@/lib/time";
import { CopyButton } from "./CopyButton";
import { Markdown } from "./Markdown";
import { ToolCallCard } from "./ToolCallCard";
import { Button } from "./ui/Button";

interface ThreadProps {
  entries: readonly Entry[];
  agentTitle: string;
  /** Puts a message's text back into the message field. */
  onEdit: (text: string) => void;
}

/** The conversation so far. Knows nothing of what is typed, so typing never renders it. */
export const Thread = memo(function Thread({ entries, agentTitle, onEdit }: ThreadProps) {
  return blocksOf(entries).map((block) => (
    <Fragment key={block.id}>
      {block.kind === "user" && <UserMessage text={block.text} at={block.at} onEdit={onEdit} />}
      {block.kind === "agent" && <AgentMessage text={block.text} at={block.at} agentTitle={agentTitle} />}
      {block.kind === "tools" && (
        <div className="mb-1.5 space-y-1.5">
          {block.calls.map((call) => (
            <ToolCallCard key={call.id} call={call} />
          ))}
        </div>
      )}
    </Fragment>
  ));
});

interface UserMessageProps {
  text: string;
  at?: string;
  onEdit: (text: string) => void;
}

export const UserMessage = memo(function UserMessage({ text, at, onEdit }: UserMessageProps) {
  return (
    <article className="group/message flex flex-col items-end" aria-label={texts.chat.you}>
      <p
        className="max-w-[85%] whitespace-pre-wrap break-words rounded-2xl rounded-br-md bg-tint px-4 py-2.5"
        title={at && momentText(at)}
      >
        {text}
      </p>
      <MessageActions>
        <CopyButton text={text} />
        <Button
          shape="smallIcon"
          aria-label={texts.chat.editMessage}
          title={texts.chat.editMessage}
          onClick={() => onEdit(text)}
        >
          <Pencil className="size-4" />
        </Button>
      </MessageActions>
    </article>
  );
});

const AgentMessage = memo(function AgentMessage(props: { text: string; at: string; agentTitle: string }) {
  return (
    <article className="group/message" aria-label={props.agentTitle}>
      <div title={momentText(props.at)}>
        <Markdown text={props.text} />
      </div>
      <MessageActions>
        <CopyButton text={props.text} className="-ml-2" />
      </MessageActions>
    </article>
  );
});

/** Always there for the keyboard and for touch; for a mouse, once it is near. */
function MessageActions({ children }: { children: React.ReactNode }) {
  return (
    <div className="message-actions flex h-8 items-center transition-opacity group-focus-within/message:opacity-100 group-hover/message:opacity-100">
      {children}
    </div>
  );
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
