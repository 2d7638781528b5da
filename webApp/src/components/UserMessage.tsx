import { Pencil } from "lucide-react";
import { lazy, memo, Suspense, useEffect, useState } from "react";
import { texts } from "@/lib/texts";
import { momentText } from "@/lib/time";
import { useDraftStore } from "@/stores/useDraftStore";
import { CopyButton } from "./CopyButton";
import { MessageActions } from "./MessageActions";
import { Button } from "./ui/Button";

const MessageEditor = lazy(() => import("./MessageEditor"));

/** Where a message stands. */
export interface Place {
  userId: string;
  chatId: string;
  agentName: string;
  /** Leads to a chat that goes on from here, where it has no page of its own. */
  onGoOn: ((chatId: string) => void) | undefined;
  /** One message more, or one less, is being changed. */
  onEdit: (change: 1 | -1) => void;
}

interface UserMessageProps {
  id: string;
  text: string;
  /** Empty while it is on its way. */
  at: string;
  place: Place;
}

export const UserMessage = memo(function UserMessage({ id, text, at, place }: UserMessageProps) {
  const draftKey = `${place.userId}:${place.chatId}:${id}`;
  // What was typed before a reload is there again, as it was left.
  const [mode, setMode] = useState(() => (draftKey in useDraftStore.getState().drafts ? "kept" : "read"));
  const isEdited = mode === "kept" || mode === "opened";
  const { onEdit } = place;
  useEffect(() => {
    if (!isEdited) return;
    onEdit(1);
    return () => onEdit(-1);
  }, [isEdited, onEdit]);
  const words = (
    <p
      className="max-w-[85%] whitespace-pre-wrap break-words rounded-2xl rounded-br-md bg-tint px-4 py-2.5"
      title={at && momentText(at)}
    >
      {text}
    </p>
  );
  return (
    <article className="group/message flex flex-col items-end" aria-label={texts.chat.you}>
      {isEdited ? (
        <Suspense fallback={words}>
          <MessageEditor
            place={place}
            messageId={id}
            text={text}
            draftKey={draftKey}
            takesFocus={mode === "opened"}
            onClose={() => setMode("left")}
          />
        </Suspense>
      ) : (
        <>
          {words}
          <MessageActions>
            <CopyButton text={text} />
            <Button
              shape="smallIcon"
              autoFocus={mode === "left"}
              // Until it is stored there is nothing to part from.
              disabled={!at}
              aria-label={texts.chat.editMessage}
              title={texts.chat.editMessage}
              onClick={() => setMode("opened")}
            >
              <Pencil className="size-4" />
            </Button>
          </MessageActions>
        </>
      )}
    </article>
  );
});
