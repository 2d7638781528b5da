import { type FormEvent, useState } from "react";
import { texts } from "@/lib/texts";
import { Button } from "../ui/Button";
import { TextArea } from "../ui/TextArea";

// As the tables have it (content_fits_a_prompt, content_is_a_note).
export const TEXT_CHARACTERS = 8000;

interface EditableTextProps {
  label: string;
  text: string;
  /** Rejects with what is told elsewhere; the text then stays here, to be saved again. */
  onSave: (text: string) => Promise<unknown>;
  onClose: () => void;
}

/** A text in place of itself, to be changed. */
export function EditableText({ label, text, onSave, onClose }: EditableTextProps) {
  const [draft, setDraft] = useState(text);
  const [isSaving, setIsSaving] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!draft.trim()) return;
    setIsSaving(true);
    onSave(draft.trim()).then(onClose, () => setIsSaving(false));
  };
  return (
    <form onSubmit={submit} className="min-w-0 flex-1 space-y-2">
      <TextArea
        label={label}
        value={draft}
        maxLength={TEXT_CHARACTERS}
        // Whoever asked to edit it wants to type here.
        autoFocus
        // It closes when it is saved: what was typed by then would be lost.
        readOnly={isSaving}
        onChange={(event) => setDraft(event.target.value)}
        onKeyDown={(event) => event.key === "Escape" && onClose()}
      />
      <div className="flex gap-2">
        <Button type="submit" shape="primary" disabled={isSaving || !draft.trim()}>
          {texts.save}
        </Button>
        <Button onClick={onClose}>{texts.cancel}</Button>
      </div>
    </form>
  );
}
