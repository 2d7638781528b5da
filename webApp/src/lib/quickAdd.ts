// A task in one line: "Call Ann tomorrow p2 #work".
import { addDays, type Day, dayFrom, weekdayOf } from "./days";
import { tasksTexts } from "./texts/tasks";

export type QuickPart = "due" | "priority" | "category";

export interface QuickTask {
  title: string;
  due: Day | null;
  priority: number | null;
  category: string | null;
}

interface Found<Value> {
  value: Value;
  /** How many words say it. */
  length: number;
}

const { words: known } = tasksTexts;

/**
 * What the line says, its first date, priority and category taken out of the title. A weekday counts only at the end or
 * behind a word such as "on": "buy sun cream" has no date. Parts to `ignore` stay text.
 */
export function parseQuickAdd(
  text: string,
  today: Day,
  ignore: ReadonlySet<QuickPart> = new Set(),
): QuickTask {
  const line = new Line(text.trim().split(/\s+/));
  const priority = ignore.has("priority") ? null : line.take((words, at) => priorityAt(words, at));
  const category = ignore.has("category") ? null : line.take((words, at) => categoryAt(words, at));
  const due = ignore.has("due")
    ? null
    : (line.take((words, at) => dateAt(words, at, today)) ??
      line.takeAtEnd((word) => nextWeekday(word, today)));
  return { title: line.rest(), due, priority, category };
}

/** Words, of which some are taken. */
class Line {
  private readonly isTaken: boolean[];
  constructor(private readonly words: readonly string[]) {
    this.isTaken = words.map(() => false);
  }

  /** The first thing that is found among the words that are left. */
  take<Value>(find: (words: readonly string[], at: number) => Found<Value> | null): Value | null {
    for (let at = 0; at < this.words.length; at++) {
      const found = this.isTaken[at] ? null : find(this.words, at);
      const places = Array.from({ length: found?.length ?? 0 }, (_, index) => at + index);
      if (!found || places.some((place) => this.isTaken[place])) continue;
      for (const place of places) this.isTaken[place] = true;
      return found.value;
    }
    return null;
  }

  /** What the last word that is left says. */
  takeAtEnd<Value>(find: (word: string) => Value | null): Value | null {
    const at = this.isTaken.lastIndexOf(false);
    const value = at < 0 ? null : find(plain(this.words[at]));
    if (value !== null) this.isTaken[at] = true;
    return value;
  }

  rest(): string {
    return this.words.filter((_, at) => !this.isTaken[at]).join(" ");
  }
}

/** A word without what may follow it in a sentence. */
function plain(word = ""): string {
  return word.toLowerCase().replace(/[,;.!]+$/, "");
}

function priorityAt(words: readonly string[], at: number): Found<number> | null {
  const digit = /^p([0-3])$/.exec(plain(words[at]))?.[1];
  return digit ? { value: Number(digit), length: 1 } : null;
}

/** A number alone is no category: "Fix #42". */
function categoryAt(words: readonly string[], at: number): Found<string> | null {
  const name = /^#([\p{L}\p{N}][\p{L}\p{N}_/-]*)[,;.!]*$/u.exec(words[at] ?? "")?.[1];
  return name && !/^\d+$/.test(name) ? { value: name.replaceAll("_", " "), length: 1 } : null;
}

function dateAt(words: readonly string[], at: number, today: Day): Found<Day> | null {
  const start = known.before.includes(plain(words[at])) ? at + 1 : at;
  const isAnnounced = start > at;
  // "due on Friday"
  const first = isAnnounced && known.before.includes(plain(words[start])) ? start + 1 : start;
  const weekday = isAnnounced ? nextWeekday(plain(words[first]), today) : null;
  const found: Found<Day> | null = weekday
    ? { value: weekday, length: 1 }
    : (numbersAt(words, first, today) ?? monthAt(words, first, today) ?? relativeAt(words, first, today));
  return found && { value: found.value, length: found.length + first - at };
}

/** 2026-12-31, 31.12.2026, 31.12. */
function numbersAt(words: readonly string[], at: number, today: Day): Found<Day> | null {
  const word = (words[at] ?? "").replace(/[,;!]+$/, "");
  const iso = /^(\d{4})-(\d\d?)-(\d\d?)\.?$/.exec(word);
  const dotted = /^(\d\d?)\.(\d\d?)\.(\d{4})?$/.exec(word);
  let value: Day | null = null;
  if (iso) value = dayFrom(Number(iso[1]), Number(iso[2]), Number(iso[3]));
  else if (dotted) value = dayInYear(Number(dotted[2]), Number(dotted[1]), dotted[3], today);
  return value ? { value, length: 1 } : null;
}

/** 31 Dec, Dec 31, December 31st, 2026 */
function monthAt(words: readonly string[], at: number, today: Day): Found<Day> | null {
  const [first, second, third] = [plain(words[at]), plain(words[at + 1]), plain(words[at + 2])];
  const month = monthOf(first) ?? monthOf(second);
  const day = /^(\d\d?)(?:st|nd|rd|th)?$/.exec(monthOf(first) === null ? first : second)?.[1];
  if (month === null || !day) return null;
  const year = /^20\d\d$/.test(third) ? third : undefined;
  const value = dayInYear(month, Number(day), year, today);
  return value ? { value, length: year ? 3 : 2 } : null;
}

/** today, tomorrow, in 3 days, next week */
function relativeAt(words: readonly string[], at: number, today: Day): Found<Day> | null {
  const [first, second, third] = [plain(words[at]), plain(words[at + 1]), plain(words[at + 2])];
  if (known.today.includes(first)) return { value: today, length: 1 };
  if (known.tomorrow.includes(first)) return { value: addDays(today, 1), length: 1 };
  if (first === known.next && known.weeks.includes(second)) {
    return { value: weekdayAfter(1, today), length: 2 };
  }
  if (first === known.next && known.months.includes(second)) {
    const value = addMonths(`${today.slice(0, 8)}01`, 1);
    return { value, length: 2 };
  }
  if (first !== known.in || !/^\d{1,3}$/.test(second)) return null;
  const count = Number(second);
  if (known.days.includes(third)) return { value: addDays(today, count), length: 3 };
  if (known.weeks.includes(third)) return { value: addDays(today, count * 7), length: 3 };
  return known.months.includes(third) ? { value: addMonths(today, count), length: 3 } : null;
}

/** The next such day; today is called "today". */
function nextWeekday(word: string, today: Day): Day | null {
  const weekday = known.weekdays.findIndex((names) => names.includes(word));
  return weekday < 0 ? null : weekdayAfter(weekday, today);
}

/** Never today: 1 to 7 days ahead. */
function weekdayAfter(weekday: number, today: Day): Day {
  return addDays(today, ((weekday - weekdayOf(today) + 6) % 7) + 1);
}

function monthOf(word: string): number | null {
  const index = known.monthNames.findIndex((names) => names.includes(word));
  return index < 0 ? null : index + 1;
}

/** Without a year, the next time that there is this day. */
function dayInYear(month: number, day: number, year: string | undefined, today: Day): Day | null {
  if (year) return dayFrom(Number(year), month, day);
  const thisYear = Number(today.slice(0, 4));
  // Up to the next leap year.
  for (let ahead = 0; ahead < 9; ahead++) {
    const value = dayFrom(thisYear + ahead, month, day);
    if (value && value >= today) return value;
  }
  return null;
}

/** A month without that day gives its last one. */
function addMonths(day: Day, months: number): Day {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  const target = new Date(Date.UTC(year, month - 1 + months + 1, 0));
  const last = target.getUTCDate();
  return dayFrom(target.getUTCFullYear(), target.getUTCMonth() + 1, Math.min(date, last)) ?? day;
}
