import { type Day, dateText, daysBetween, weekdayText } from "@/lib/days";
import { tasksTexts } from "@/lib/texts/tasks";

/** `Today`, `Friday`, `31 Dec`: as people say it. */
export function dueText(day: Day, today: Day): string {
  const days = daysBetween(today, day);
  if (days === 0) return tasksTexts.list.today;
  if (days === 1) return tasksTexts.list.tomorrow;
  if (days === -1) return tasksTexts.list.yesterday;
  return days > 1 && days < 7 ? weekdayText(day) : dateText(day, today);
}
