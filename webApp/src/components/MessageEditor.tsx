import { type FormEvent, type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { useFork } from "@/api/hooks/useFork";
import { texts } from "@/lib/texts";
import { forkTexts } from "@/lib/texts/fork";
import { useDraftStore } from "@/stores/useDraftStore";
import { ProblemNote } from "./ProblemNote";
import type { Place } from "./UserMessage";
import { Button } from "./ui/Button";

interface MessageEditorProps {
  place: Place;
  messageId: string;
  text: string;
  /** Where what is typed is kept until it is sent. */
  draftKey: string;
  takesFocus: boolean;
  onClose: () => void;
}

/** What one has said, to be said otherwise. What is typed survives a reload, and a send that fails. */
export default function MessageEditor(props: MessageEditorProps) {
  const { place, messageId, text, draftKey, takesFocus, onClose } = props;
  const navigate = useNavigate();
  const [words, setWords] = useState(() => useDraftStore.getState().drafts[draftKey] ?? text);
  const { setDraft } = useDraftStore.getState();
  const { mutate, isPending, error } = useFork({ ...place, messageId }, () => setDraft(draftKey, ""));
  const form = useRef<HTMLFormElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const hintId = `${messageId}-hint`;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text
  useLayoutEffect(() => {
    if (!field.current) return;
    field.current.style.height = "auto";
    field.current.style.height = `${field.current.scrollHeight}px`;
  }, [words]);
  useLayoutEffect(() => {
    if (!takesFocus || !field.current) return;
    field.current.focus();
    field.current.setSelectionRange(field.current.value.length, field.current.value.length);
  }, [takesFocus]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: what went wrong is shown in it
  useEffect(() => {
    if (form.current?.contains(document.activeElement)) form.current.scrollIntoView?.({ block: "nearest" });
  }, [error]);

  const type = (typed: string) => {
    setWords(typed);
    setDraft(draftKey, typed);
  };
  const leave = () => {
    setDraft(draftKey, "");
    onClose();
  };
  const send = () => {
    if (words.trim() === "" || isPending) return;
    mutate(words.trim(), {
      onSuccess: (chatId) => {
        if (place.onGoOn) place.onGoOn(chatId);
        else navigate(`/chat/${chatId}`);
      },
    });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const isLeaving = event.key === "Escape";
    if (!isLeaving && (event.key !== "Enter" || event.shiftKey)) return;
    // Escape would stop the answer that is being written.
    event.preventDefault();
    if (!isLeaving) send();
    else if (!isPending) leave();
  };
  return (
    <form
      ref={form}
      aria-busy={isPending}
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        send();
      }}
      className="w-full scroll-mt-4 scroll-mb-16 space-y-2"
    >
      <div className="rounded-2xl border border-edge bg-card p-3 focus-within:border-accent focus-within:outline-1 focus-within:outline-accent">
        <textarea
          ref={field}
          rows={1}
          value={words}
          readOnly={isPending}
          aria-label={forkTexts.field}
          aria-describedby={hintId}
          onChange={(event) => type(event.target.value)}
          onKeyDown={onKeyDown}
          className="block max-h-80 w-full resize-none bg-transparent px-1 text-base outline-none"
        />
        <div className="mt-2 flex flex-wrap items-center justify-end gap-2">
          <p id={hintId} className="min-w-48 flex-1 px-1 text-faint text-xs">
            {forkTexts.hint}
            <span className="sr-only"> {forkTexts.keys}</span>
          </p>
          <div className="flex gap-2">
            <Button shape="quiet" disabled={isPending} onClick={leave}>
              {texts.cancel}
            </Button>
            <Button type="submit" shape="primary" disabled={isPending || words.trim() === ""}>
              {isPending ? forkTexts.sending : forkTexts.send}
            </Button>
          </div>
        </div>
      </div>
      {error && <ProblemNote problem={error} title={forkTexts.problem} />}
    </form>
  );
}
