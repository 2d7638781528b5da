import clsx from "clsx";
import { ChevronDown, Plus, Search } from "lucide-react";
import { useMemo, useState } from "react";
import { useLocation, useNavigate, useParams } from "react-router";
import { useChangeFeed } from "@/api/hooks/useChangeFeed";
import { useNoteFeed, useNoteList, useNoteTags } from "@/api/hooks/useNoteHooks";
import { ChangeAnnouncement } from "@/components/ChangeAnnouncement";
import { NoteEditor } from "@/components/notes/NoteEditor";
import { NoteList } from "@/components/notes/NoteList";
import { PageFrame } from "@/components/PageFrame";
import { Button } from "@/components/ui/Button";
import { Menu } from "@/components/ui/Menu";
import { useSettled } from "@/components/useSettled";
import { blankNote } from "@/lib/notes";
import { notesTexts } from "@/lib/texts/notes";

// One asks less often than one types.
const TYPING_MILLISECONDS = 250;

/** The list of notes, and beside it, or instead of it where there is no room, the one that the address names. */
export default function NotesPage() {
  const openId = useParams()["*"] || null;
  const { state } = useLocation();
  const navigate = useNavigate();
  const [words, setWords] = useState("");
  const [tag, setTag] = useState<string | null>(null);
  const search = useSettled(words.trim(), TYPING_MILLISECONDS);
  const filter = useMemo(() => ({ search, tag }), [search, tag]);
  const list = useNoteList(filter);
  const tags = useNoteTags();
  useChangeFeed(useNoteFeed());
  // One that is begun here is not in the database before something is typed; a reload does not change that.
  const isNew = (state as { isNew?: boolean } | null)?.isNew === true;
  const blank = useMemo(() => (openId && isNew ? blankNote(openId, new Date()) : undefined), [openId, isNew]);
  const write = () => navigate(`/notes/${crypto.randomUUID()}`, { state: { isNew: true } });
  const close = () => navigate("/notes");
  return (
    <PageFrame
      title={notesTexts.title}
      actions={
        <Button shape="link" onClick={write}>
          <Plus className="size-4" />
          {notesTexts.new}
        </Button>
      }
    >
      <div className="flex h-full">
        <div
          className={clsx(
            "min-w-0 flex-1 overflow-y-auto border-line lg:max-w-88 lg:border-r",
            openId && "max-lg:hidden",
          )}
        >
          <div className="px-2 pt-3 pb-28">
            <div className="flex flex-wrap items-center gap-1.5 px-1 pb-3">
              <div className="relative min-w-40 flex-1">
                <Search
                  aria-hidden="true"
                  className="pointer-events-none absolute top-2.5 left-3 size-4 text-faint"
                />
                <input
                  type="search"
                  value={words}
                  onChange={(event) => setWords(event.target.value)}
                  aria-label={notesTexts.search}
                  placeholder={notesTexts.search}
                  className="h-9 w-full rounded-lg border border-line bg-card pr-2 pl-9 text-sm placeholder:text-faint"
                />
              </div>
              {(tags.length > 0 || tag !== null) && <TagMenu tags={tags} tag={tag} onChoose={setTag} />}
            </div>
            <NoteList
              list={list}
              openId={openId}
              isFiltered={search !== "" || tag !== null}
              onDeleteOpen={close}
            />
          </div>
        </div>
        {openId ? (
          <div className="min-w-0 flex-1">
            <NoteEditor
              key={openId}
              noteId={openId}
              blank={blank}
              tags={tags}
              onClose={close}
              onOpen={(id) => navigate(`/notes/${id}`, { replace: true })}
            />
          </div>
        ) : (
          <p className="m-auto flex-1 px-6 text-center text-faint text-sm max-lg:hidden">
            {notesTexts.choose}
          </p>
        )}
      </div>
      <ChangeAnnouncement />
    </PageFrame>
  );
}

interface TagMenuProps {
  tags: readonly string[];
  tag: string | null;
  onChoose: (tag: string | null) => void;
}

// No tag is called that: a name is never empty.
const ANY = "";

function TagMenu({ tags, tag, onChoose }: TagMenuProps) {
  // One that no note has any more can still be taken away.
  const offered = tag === null || tags.includes(tag) ? tags : [...tags, tag];
  return (
    <Menu
      trigger={
        <Button
          shape="quiet"
          className={clsx("max-w-48 px-2.5", tag !== null && "bg-tint font-medium text-accent")}
        >
          <span className="truncate">{tag === null ? notesTexts.tag : notesTexts.tagged(tag)}</span>
          <ChevronDown aria-hidden="true" className="size-4 shrink-0 opacity-70" />
        </Button>
      }
      entries={[
        {
          kind: "choice",
          label: notesTexts.tag,
          value: tag ?? ANY,
          choices: [
            { value: ANY, label: notesTexts.allTags },
            ...offered.map((one) => ({ value: one, label: one })),
          ],
          onChoose: (value) => onChoose(value === ANY ? null : value),
        },
      ]}
    />
  );
}
