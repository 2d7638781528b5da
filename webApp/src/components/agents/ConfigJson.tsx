import clsx from "clsx";
import { type KeyboardEvent, useId, useRef, useState } from "react";
import { flushSync } from "react-dom";
import type { ToolConfig } from "@/api/agents";
import { TextArea } from "@/components/ui/TextArea";
import type { Suggestion } from "@/lib/configSuggestions";
import type { Schema } from "@/lib/jsonSchema";
import { agentsTexts } from "@/lib/texts/agents";
import { toolConfigTexts } from "@/lib/texts/toolConfig";
import { useConfigHelp } from "./useConfigHelp";

interface ConfigJsonProps {
  text: string;
  config: ToolConfig | null;
  /** Null while it is not known. */
  schema: Schema | null;
  /** Words that fit at a place for other reasons, such as the columns of the table. */
  wordsAt: (key: string) => readonly string[];
  problem: string | undefined;
  onChange: (text: string) => void;
}

/** A tool's config as JSON: what does not fit is said with its line, and what could stand at the cursor is offered. */
export function ConfigJson({ text, config, schema, wordsAt, problem, onChange }: ConfigJsonProps) {
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const [caret, setCaret] = useState<number | null>(null);
  const [chosen, setChosen] = useState(0);
  const { suggestions, problems } = useConfigHelp({ text, config, schema, caret, wordsAt });
  const current = suggestions[Math.min(chosen, suggestions.length - 1)];
  const offer = (at: number | null) => {
    setCaret(at);
    setChosen(0);
  };
  const accept = ({ start, end, insert, caret: at }: Suggestion) => {
    // At once: the cursor of somebody who types on must not be moved later.
    flushSync(() => {
      onChange(text.slice(0, start) + insert + text.slice(end));
      offer(null);
    });
    field.current?.focus();
    field.current?.setSelectionRange(start + at, start + at);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === " " && event.ctrlKey) offer(event.currentTarget.selectionStart);
    else if (!current) return;
    else if (event.key === "ArrowDown") setChosen((chosen + 1) % suggestions.length);
    else if (event.key === "ArrowUp") setChosen((chosen + suggestions.length - 1) % suggestions.length);
    else if (event.key === "Enter" || event.key === "Tab") accept(current);
    else if (event.key === "Escape") offer(null);
    else return;
    event.preventDefault();
  };
  return (
    <div className="space-y-2">
      <div className="relative">
        <TextArea
          ref={field}
          label={agentsTexts.config}
          hint={`${agentsTexts.configHint} ${toolConfigTexts.keys}`}
          problem={problem}
          className="min-h-32"
          isCode
          value={text}
          autoComplete="off"
          aria-autocomplete="list"
          aria-haspopup="listbox"
          aria-controls={current ? `${id}-list` : undefined}
          aria-activedescendant={current ? `${id}-${suggestions.indexOf(current)}` : undefined}
          onChange={({ target: { value, selectionStart } }) => {
            onChange(value);
            offer(isWord(value, selectionStart) ? selectionStart : null);
          }}
          onKeyDown={onKeyDown}
          onBlur={() => offer(null)}
        />
        {current && (
          <div
            role="listbox"
            id={`${id}-list`}
            aria-label={toolConfigTexts.suggestions}
            className="absolute inset-x-0 top-full z-10 -mt-6 max-h-64 overflow-y-auto rounded-xl border border-line bg-card p-1.5 shadow-raised"
          >
            {suggestions.map((suggestion, index) => (
              <Option
                key={suggestion.label}
                id={`${id}-${index}`}
                suggestion={suggestion}
                isCurrent={suggestion === current}
                onChoose={() => accept(suggestion)}
              />
            ))}
          </div>
        )}
      </div>
      <Problems problems={problems} field={field} />
    </div>
  );
}

interface OptionProps {
  id: string;
  suggestion: Suggestion;
  isCurrent: boolean;
  onChoose: () => void;
}

function Option({ id, suggestion: { label, description }, isCurrent, onChoose }: OptionProps) {
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the keyboard stays in the field, which names the option
    // biome-ignore lint/a11y/useKeyWithClickEvents: likewise
    <div
      role="option"
      id={id}
      aria-selected={isCurrent}
      ref={(option) => {
        if (isCurrent) option?.scrollIntoView?.({ block: "nearest" });
      }}
      // The field would lose the focus, and the list with it, before the click comes.
      onMouseDown={(event) => event.preventDefault()}
      onClick={onChoose}
      className={clsx("cursor-pointer rounded-lg px-2.5 py-1.5", isCurrent ? "bg-hover" : "hover:bg-hover")}
    >
      <span className="font-mono text-sm">{label}</span>
      {description && <span className="block text-faint text-xs">{description}</span>}
    </div>
  );
}

interface ProblemsProps {
  problems: ReturnType<typeof useConfigHelp>["problems"];
  field: React.RefObject<HTMLTextAreaElement | null>;
}

/** What does not fit the schema; each leads to where it is. */
function Problems({ problems, field }: ProblemsProps) {
  const goTo = (start: number, end: number) => {
    field.current?.focus();
    field.current?.setSelectionRange(start, end);
  };
  return (
    <div role="status">
      {problems.length > 0 && (
        <>
          <p className="font-medium text-danger text-sm">{toolConfigTexts.problems(problems.length)}</p>
          <ul className="mt-1 space-y-1 text-sm">
            {problems.map(({ message, line, start, end }) => (
              <li key={`${start} ${message}`}>
                <button
                  type="button"
                  onClick={() => goTo(start, end)}
                  className="mr-1.5 text-accent underline underline-offset-2"
                >
                  {toolConfigTexts.goTo(line)}
                </button>
                {message}
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

/** Whether somebody is in the middle of a word: there, and after a quote, suggestions come by themselves. */
function isWord(text: string, index: number): boolean {
  return /["\w]$/.test(text.slice(0, index)) && !/^\w/.test(text.slice(index));
}
