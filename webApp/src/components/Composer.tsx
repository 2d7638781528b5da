import { ArrowUp, Square } from "lucide-react";
import { type KeyboardEvent, type RefObject, useLayoutEffect } from "react";
import { texts } from "@/lib/texts";
import { chatTexts } from "@/lib/texts/chat";
import { turnTexts } from "@/lib/texts/turn";
import { useDraftStore } from "@/stores/useDraftStore";
import { Button } from "./ui/Button";

interface ComposerProps {
  fieldRef: RefObject<HTMLTextAreaElement | null>;
  /** Where what is typed is kept: see draftKey(). */
  draftKey: string;
  agentTitle: string;
  /** The chat is answering: what is sent waits until it has. */
  isBusy: boolean;
  /** Null while there is nothing that could be stopped, or it is being stopped. */
  onStop: (() => void) | null;
  onSend: (text: string) => void;
}

/** The message field. What is typed survives a reload, and a send that fails. */
export function Composer({ fieldRef, draftKey, agentTitle, isBusy, onStop, onSend }: ComposerProps) {
  const draft = useDraftStore((state) => state.drafts[draftKey] ?? "");
  const setDraft = useDraftStore((state) => state.setDraft);
  const canSend = draft.trim() !== "";

  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text, which is the draft
  useLayoutEffect(() => {
    const field = fieldRef.current;
    if (!field) return;
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight}px`;
  }, [draft, fieldRef]);

  const send = () => {
    if (!canSend) return;
    onSend(draft.trim());
    setDraft(draftKey, "");
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // While an input method composes a word, Enter chooses the word.
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      className="flex items-end gap-2 rounded-2xl border border-edge bg-card p-1.5 pl-4 shadow-raised focus-within:border-accent focus-within:outline-1 focus-within:outline-accent"
    >
      <textarea
        ref={fieldRef}
        id="message"
        rows={1}
        value={draft}
        aria-label={texts.chat.message}
        aria-describedby="message-keys"
        placeholder={texts.chat.placeholder(agentTitle)}
        onChange={(event) => setDraft(draftKey, event.target.value)}
        onKeyDown={onKeyDown}
        className="max-h-52 min-h-6 flex-1 resize-none bg-transparent py-2 text-base outline-none placeholder:text-faint"
      />
      <span id="message-keys" className="sr-only">
        {isBusy ? chatTexts.queueKeys : texts.chat.keys}
      </span>
      {isBusy && (
        <Button
          shape="send"
          disabled={!onStop}
          aria-label={turnTexts.stop}
          aria-keyshortcuts="Escape"
          title={turnTexts.stopKeys}
          onClick={() => onStop?.()}
        >
          <Square className="size-4 fill-current" />
        </Button>
      )}
      {(!isBusy || canSend) && (
        <Button
          type="submit"
          shape="send"
          disabled={!canSend}
          aria-label={isBusy ? chatTexts.queue : texts.chat.send}
          title={isBusy ? chatTexts.queue : texts.chat.send}
        >
          <ArrowUp className="size-5" />
        </Button>
      )}
    </form>
  );
}
