import { Bot, ListTodo, NotebookPen, Settings } from "lucide-react";
import { navTexts } from "@/lib/texts/nav";
import type { NavEntry } from "./MainNav";

/** The pages that this user can go to, in their order. */
export function useNavEntries(): readonly NavEntry[] {
  return [
    { path: "/tasks", label: navTexts.tasks, icon: ListTodo },
    { path: "/notes", label: navTexts.notes, icon: NotebookPen },
    { path: "/agents", label: navTexts.agents, icon: Bot },
    { path: "/settings", label: navTexts.settings, icon: Settings },
  ];
}
