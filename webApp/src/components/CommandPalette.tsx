import * as RadixDialog from "@radix-ui/react-dialog";
import clsx from "clsx";
import { Search } from "lucide-react";
import { type KeyboardEvent, lazy, Suspense, useDeferredValue, useEffect, useRef, useState } from "react";
import type { Chat } from "@/lib/database";
import { fuzzyFind } from "@/lib/fuzzy";
import { paletteTexts } from "@/lib/texts/palette";
import { useFocusBack } from "./ui/useFocusBack";
import { type PaletteEntry, usePaletteEntries } from "./usePaletteEntries";

const RenameChatDialog = lazy(() => import("./RenameChatDialog"));

// Of a group, more than this is found by typing.
const SHOWN_IN_GROUP = 6;

interface CommandPaletteProps {
  currentChatId: string | null;
  onClose: () => void;
  onShowShortcuts: () => void;
}

/** Type a few letters, choose with the arrows, go with Enter. */
export default function CommandPalette({ currentChatId, onClose, onShowShortcuts }: CommandPaletteProps) {
  const giveFocusBack = useFocusBack();
  const [words, setWords] = useState("");
  const [chosenId, setChosenId] = useState<string | null>(null);
  const [renamed, setRenamed] = useState<Chat | null>(null);
  const searched = useDeferredValue(words.trim());
  const { entries, isSearching } = usePaletteEntries({
    currentChatId,
    words: searched,
    onRename: setRenamed,
    onShowShortcuts,
  });
  const find = (wanted: string) =>
    inGroups(fuzzyFind(wanted, entries, ({ label, group }) => `${label} ${paletteTexts.groups[group]}`));
  const found = find(searched);
  const chosen = found.find(({ id }) => id === chosenId) ?? found[0];

  const choose = (entry: PaletteEntry | undefined) => {
    if (!entry) return;
    const staysOpen = entry.id === "rename" || entry.id === "shortcuts";
    if (!staysOpen) onClose();
    entry.onChoose();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Enter" && !event.nativeEvent.isComposing) {
      // What is shown follows a moment later: whoever types fast means what they have typed.
      choose(searched === words.trim() ? chosen : find(words.trim())[0]);
    } else if (step && chosen) {
      const next = (found.indexOf(chosen) + step + found.length) % found.length;
      setChosenId(found[next]?.id ?? null);
    } else return;
    event.preventDefault();
  };
  if (renamed) {
    return (
      <Suspense fallback={null}>
        <RenameChatDialog chat={renamed} onClose={onClose} />
      </Suspense>
    );
  }
  return (
    <RadixDialog.Root open onOpenChange={(open) => !open && onClose()}>
      <RadixDialog.Portal>
        <RadixDialog.Overlay className="fixed inset-0 z-40 bg-scrim" />
        <RadixDialog.Content
          aria-describedby={undefined}
          onCloseAutoFocus={giveFocusBack}
          className="fixed top-[12vh] left-1/2 z-50 flex max-h-[min(30rem,76vh)] w-[min(36rem,calc(100vw-1.5rem))] -translate-x-1/2 flex-col overflow-hidden rounded-2xl border border-line bg-card shadow-raised"
        >
          <RadixDialog.Title className="sr-only">{paletteTexts.title}</RadixDialog.Title>
          <div className="relative border-line border-b">
            <Search
              aria-hidden="true"
              className="pointer-events-none absolute top-4 left-4 size-4 text-faint"
            />
            <input
              role="combobox"
              aria-label={paletteTexts.title}
              aria-expanded="true"
              aria-controls="palette-results"
              aria-activedescendant={chosen && optionId(chosen)}
              aria-autocomplete="list"
              value={words}
              placeholder={paletteTexts.placeholder}
              onChange={(event) => {
                setWords(event.target.value);
                setChosenId(null);
              }}
              onKeyDown={onKeyDown}
              className="h-12 w-full bg-transparent pr-4 pl-11 text-base outline-none placeholder:text-faint"
            />
          </div>
          <Results found={found} chosen={chosen} onChoose={choose} onPoint={setChosenId} />
          {found.length === 0 && !isSearching && (
            <p className="px-4 pb-5 text-faint text-sm">{paletteTexts.none(searched)}</p>
          )}
          <p role="status" className="sr-only">
            {isSearching ? paletteTexts.searching : paletteTexts.found(found.length)}
          </p>
          <p className="hidden border-line border-t px-4 py-2 text-faint text-xs sm:block">
            {paletteTexts.hint}
          </p>
        </RadixDialog.Content>
      </RadixDialog.Portal>
    </RadixDialog.Root>
  );
}

interface ResultsProps {
  found: readonly PaletteEntry[];
  chosen: PaletteEntry | undefined;
  onChoose: (entry: PaletteEntry) => void;
  onPoint: (id: string) => void;
}

function Results({ found, chosen, onChoose, onPoint }: ResultsProps) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (chosen) document.getElementById(optionId(chosen))?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  const groups = [...new Set(found.map(({ group }) => group))];
  return (
    <div
      ref={list}
      id="palette-results"
      role="listbox"
      aria-label={paletteTexts.results}
      className="min-h-0 overflow-y-auto p-2"
    >
      {groups.map((group) => (
        // biome-ignore lint/a11y/useSemanticElements: a group of options is no fieldset
        <div key={group} role="group" aria-label={paletteTexts.groups[group]} className="mb-1">
          <p aria-hidden="true" className="px-2.5 pt-1.5 pb-1 text-faint text-xs">
            {paletteTexts.groups[group]}
          </p>
          {found.map((entry) => {
            if (entry.group !== group) return null;
            const { icon: Icon } = entry;
            return (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the input's, which keeps the focus
              <div
                key={entry.id}
                id={optionId(entry)}
                role="option"
                tabIndex={-1}
                aria-selected={entry === chosen}
                onClick={() => onChoose(entry)}
                onPointerMove={() => onPoint(entry.id)}
                className={clsx(
                  "flex min-h-10 cursor-pointer items-center gap-2.5 rounded-lg px-2.5 text-sm",
                  entry === chosen && "bg-hover",
                )}
              >
                <Icon aria-hidden="true" className="size-4 shrink-0 text-faint" />
                <span className="min-w-0 flex-1 truncate">{entry.label}</span>
              </div>
            );
          })}
        </div>
      ))}
    </div>
  );
}

function optionId({ id }: PaletteEntry): string {
  return `palette-${id}`;
}

/** Group by group, in the order of each group's best, so that the arrows go where the eyes do. */
function inGroups(found: readonly PaletteEntry[]): PaletteEntry[] {
  const groups = new Map<string, PaletteEntry[]>();
  for (const entry of found) groups.set(entry.group, [...(groups.get(entry.group) ?? []), entry]);
  return [...groups.values()].flatMap((group) => group.slice(0, SHOWN_IN_GROUP));
}
