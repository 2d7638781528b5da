import clsx from "clsx";
import { ChevronDown, Search, X } from "lucide-react";
import type { RefObject } from "react";
import { isFiltered, PRIORITIES, STATUSES, type TaskFilter, type TaskStatus } from "@/lib/tasks";
import { tasksTexts } from "@/lib/texts/tasks";
import { Button } from "../ui/Button";
import { Menu } from "../ui/Menu";

interface TaskFiltersProps {
  searchRef: RefObject<HTMLInputElement | null>;
  filter: TaskFilter;
  /** What is typed; the filter's own words follow it. */
  words: string;
  categories: readonly string[];
  onWords: (words: string) => void;
  onChange: (change: Partial<TaskFilter>) => void;
  onClear: () => void;
}

const texts = tasksTexts.filter;
// No category is called that: a name is never empty.
const ANY = "";

export function TaskFilters(props: TaskFiltersProps) {
  const { searchRef, filter, words, categories, onWords, onChange, onClear } = props;
  // One that no task has any more can still be taken away.
  const known = filter.category === null || categories.includes(filter.category);
  const offered = known ? categories : [...categories, filter.category ?? ""];
  return (
    <div className="flex flex-wrap items-center gap-1">
      <div className="relative min-w-full flex-1 sm:min-w-32">
        <Search
          aria-hidden="true"
          className="pointer-events-none absolute top-2.5 left-3 size-4 text-faint"
        />
        <input
          ref={searchRef}
          type="search"
          value={words}
          onChange={(event) => onWords(event.target.value)}
          aria-label={texts.search}
          placeholder={texts.search}
          className="h-9 w-full rounded-lg border border-line bg-card text-ellipsis pr-2 pl-9 text-sm placeholder:text-faint"
        />
      </div>
      <FilterMenu
        name={texts.priority}
        value={filter.priority === null ? ANY : String(filter.priority)}
        choices={PRIORITIES.map((priority) => ({
          value: String(priority),
          label: tasksTexts.priorities[priority],
        }))}
        onChoose={(value) => onChange({ priority: value === ANY ? null : Number(value) })}
      />
      <FilterMenu
        name={texts.status}
        value={filter.status ?? ANY}
        choices={STATUSES.map((status) => ({ value: status, label: tasksTexts.statuses[status] }))}
        onChoose={(value) => onChange({ status: value === ANY ? null : (value as TaskStatus) })}
      />
      {/* The last: it is there only once the categories are known, and moves nothing. */}
      {offered.length > 0 && (
        <FilterMenu
          name={texts.category}
          value={filter.category ?? ANY}
          choices={offered.map((category) => ({ value: category, label: category }))}
          onChoose={(value) => onChange({ category: value || null })}
        />
      )}
      {(isFiltered(filter) || words !== "") && (
        <Button shape="icon" aria-label={texts.clear} title={texts.clear} onClick={onClear}>
          <X className="size-4" />
        </Button>
      )}
    </div>
  );
}

interface FilterMenuProps {
  name: string;
  value: string;
  choices: readonly { value: string; label: string }[];
  onChoose: (value: string) => void;
}

function FilterMenu({ name, value, choices, onChoose }: FilterMenuProps) {
  const chosen = choices.find((choice) => choice.value === value);
  return (
    <Menu
      trigger={
        <Button
          shape="quiet"
          className={clsx("max-w-48 gap-1 px-2", chosen && "bg-tint font-medium text-accent")}
        >
          <span className="truncate">{chosen ? texts.shown(name, chosen.label) : name}</span>
          <ChevronDown aria-hidden="true" className="size-4 shrink-0 opacity-70" />
        </Button>
      }
      entries={[
        {
          kind: "choice",
          label: name,
          value,
          choices: [{ value: ANY, label: texts.any }, ...choices],
          onChoose,
        },
      ]}
    />
  );
}
