import { Pencil, Send, X } from "lucide-react";
import { chatTexts } from "@/lib/texts/chat";
import { type QueuedMessage, useQueueStore } from "@/stores/useQueueStore";
import { Button } from "./ui/Button";

interface QueuedMessagesProps {
  messages: readonly QueuedMessage[];
  /** The chat is quiet: what is held may be sent. */
  canSend: boolean;
  onSend: (text: string) => void;
  /** Brings a text back into the message field. */
  onEdit: (text: string) => void;
}

/** What waits to be sent, at the end of the thread. */
export default function QueuedMessages({ messages, canSend, onSend, onEdit }: QueuedMessagesProps) {
  const { remove } = useQueueStore.getState();
  const take = ({ id, text }: QueuedMessage, next: (text: string) => void) => {
    remove(id);
    next(text);
  };
  return (
    <ul aria-label={chatTexts.queued} className="flex flex-col gap-2 pt-2">
      {messages.map((message) => (
        <li key={message.id} className="flex flex-col items-end">
          <p className="max-w-[85%] whitespace-pre-wrap break-words rounded-2xl rounded-br-md border border-edge border-dashed px-4 py-2.5 text-soft">
            {message.text}
          </p>
          <div className="flex min-h-8 items-center text-faint text-xs">
            <span className="pr-1" title={message.isHeld ? chatTexts.heldHint : chatTexts.queuedHint}>
              {message.isHeld ? chatTexts.held : chatTexts.queued}
            </span>
            {message.isHeld && (
              <Button
                shape="smallIcon"
                disabled={!canSend}
                aria-label={chatTexts.sendNow}
                title={chatTexts.sendNow}
                onClick={() => take(message, onSend)}
              >
                <Send className="size-4" />
              </Button>
            )}
            <Button
              shape="smallIcon"
              aria-label={chatTexts.editQueued}
              title={chatTexts.editQueued}
              onClick={() => take(message, onEdit)}
            >
              <Pencil className="size-4" />
            </Button>
            <Button
              shape="smallIcon"
              aria-label={chatTexts.dropQueued}
              title={chatTexts.dropQueued}
              onClick={() => remove(message.id)}
            >
              <X className="size-4" />
            </Button>
          </div>
        </li>
      ))}
    </ul>
  );
}
