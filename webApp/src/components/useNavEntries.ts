import { Activity, Bot, ListTodo, NotebookPen, Settings, ShieldQuestion } from "lucide-react";
import { useIsAdmin } from "@/api/hooks/useIsAdmin";
import { useWaitingCount } from "@/api/hooks/useWaitingCount";
import { navTexts } from "@/lib/texts/nav";
import type { NavEntry } from "./MainNav";

/** The pages that this user can go to, in their order. */
export function useNavEntries(): readonly NavEntry[] {
  const count = useWaitingCount();
  const { data: isAdmin = false } = useIsAdmin();
  return [
    { path: "/tasks", label: navTexts.tasks, icon: ListTodo },
    { path: "/notes", label: navTexts.notes, icon: NotebookPen },
    { path: "/approvals", label: navTexts.approvals, icon: ShieldQuestion, count },
    { path: "/agents", label: navTexts.agents, icon: Bot },
    ...(isAdmin ? [{ path: "/operator", label: navTexts.operator, icon: Activity }] : []),
    { path: "/settings", label: navTexts.settings, icon: Settings },
  ];
}
