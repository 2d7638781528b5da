import { Keyboard } from "lucide-react";
import { lazy, Suspense, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useLocation, useNavigate, useParams } from "react-router";
import { useChangeFeed } from "@/api/hooks/useChangeFeed";
import { useTaskCategories, useTaskFeed, useTaskList } from "@/api/hooks/useTaskHooks";
import { useToday } from "@/api/hooks/useToday";
import { ChangeAnnouncement } from "@/components/ChangeAnnouncement";
import { PageFrame } from "@/components/PageFrame";
import { TaskDetailView } from "@/components/TaskDetailView";
import { QuickAdd } from "@/components/tasks/QuickAdd";
import { TaskFilters } from "@/components/tasks/TaskFilters";
import { TaskList } from "@/components/tasks/TaskList";
import { useTaskFilter } from "@/components/tasks/useTaskFilter";
import { Button } from "@/components/ui/Button";
import { tasksTexts } from "@/lib/texts/tasks";

const TaskKeysDialog = lazy(() => import("@/components/tasks/TaskKeysDialog"));

/** The list of tasks, and beside it, or instead of it where there is no room, the one that the address names. */
export default function TasksPage() {
  const openId = useParams()["*"] || null;
  const { search } = useLocation();
  const navigate = useNavigate();
  const today = useToday();
  const { filter, words, setWords, change, clear } = useTaskFilter();
  const list = useTaskList(filter, today);
  const categories = useTaskCategories();
  const [showsKeys, setShowsKeys] = useState(false);
  const page = useRef<HTMLDivElement>(null);
  const addField = useRef<HTMLInputElement>(null);
  const searchField = useRef<HTMLInputElement>(null);
  useChangeFeed(useTaskFeed());
  // Its keys work at once.
  useEffect(() => {
    if (document.activeElement === document.body) page.current?.focus({ preventScroll: true });
  }, []);
  const close = useCallback(() => navigate({ pathname: "/tasks", search }), [navigate, search]);
  const shownId = useRef(openId);
  // Back to where it was opened from as soon as that is shown again, unless one is elsewhere by then.
  useLayoutEffect(() => {
    const closedId = openId === null ? shownId.current : null;
    shownId.current = openId;
    if (closedId === null || document.activeElement !== document.body) return;
    const row = page.current?.querySelector<HTMLElement>(`[data-task="${closedId}"]`);
    (row ?? page.current)?.focus();
  }, [openId]);

  return (
    <PageFrame
      title={tasksTexts.title}
      actions={
        <Button
          shape="icon"
          className="max-md:hidden"
          aria-label={tasksTexts.keys.open}
          title={tasksTexts.keys.open}
          onClick={() => setShowsKeys(true)}
        >
          <Keyboard className="size-4" />
        </Button>
      }
    >
      <div className="flex h-full">
        <div
          className={
            openId ? "min-w-0 flex-1 overflow-y-auto max-lg:hidden" : "min-w-0 flex-1 overflow-y-auto"
          }
        >
          <TaskList
            list={list}
            filter={filter}
            today={today}
            openId={openId}
            pageRef={page}
            onAdd={() => addField.current?.focus()}
            onSearch={() => searchField.current?.focus()}
          >
            <QuickAdd today={today} fieldRef={addField} />
            <TaskFilters
              searchRef={searchField}
              filter={filter}
              words={words}
              categories={categories}
              onWords={setWords}
              onChange={change}
              onClear={clear}
            />
          </TaskList>
        </div>
        {openId && (
          <div className="min-w-0 flex-1 border-line lg:max-w-md lg:border-l xl:max-w-lg">
            <TaskDetailView
              key={openId}
              taskId={openId}
              today={today}
              categories={categories}
              onClose={close}
            />
          </div>
        )}
      </div>
      <ChangeAnnouncement />
      {showsKeys && (
        <Suspense fallback={null}>
          <TaskKeysDialog onClose={() => setShowsKeys(false)} />
        </Suspense>
      )}
    </PageFrame>
  );
}
