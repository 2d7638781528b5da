import { X } from "lucide-react";
import { type KeyboardEvent, useId, useState } from "react";
import { newTag } from "@/lib/notes";
import { notesTexts } from "@/lib/texts/notes";

interface TagFieldProps {
  tags: readonly string[];
  known: readonly string[];
  onChange: (tags: string[]) => void;
}

/** Words to find a note by. Enter or a comma ends one; Backspace in the empty field takes the last one away. */
export function TagField({ tags, known, onChange }: TagFieldProps) {
  const id = useId();
  const [text, setText] = useState("");
  const add = () => {
    const tag = newTag(text, tags);
    if (tag) onChange([...tags, tag]);
    setText("");
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter" || event.key === ",") {
      event.preventDefault();
      add();
    }
    if (event.key === "Backspace" && text === "" && tags.length > 0) onChange(tags.slice(0, -1));
  };
  return (
    <div className="flex flex-wrap items-center gap-1.5">
      {tags.length > 0 && (
        <ul aria-label={notesTexts.tags} className="contents">
          {tags.map((tag) => (
            <li
              key={tag}
              className="inline-flex max-w-48 items-center rounded-full bg-tint pl-2.5 font-medium text-accent text-xs"
            >
              <span className="truncate">{tag}</span>
              <button
                type="button"
                aria-label={notesTexts.removeTag(tag)}
                onClick={() => onChange(tags.filter((other) => other !== tag))}
                className="flex size-6 shrink-0 items-center justify-center rounded-full hover:bg-hover"
              >
                <X className="size-3" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <input
        value={text}
        list={id}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
        onBlur={add}
        aria-label={notesTexts.addTag}
        placeholder={notesTexts.addTag}
        autoComplete="off"
        enterKeyHint="done"
        className="h-7 w-28 rounded-full border border-line bg-transparent px-2.5 text-xs placeholder:text-faint"
      />
      <datalist id={id}>
        {known
          .filter((tag) => !tags.includes(tag))
          .map((tag) => (
            <option key={tag} value={tag} />
          ))}
      </datalist>
    </div>
  );
}
