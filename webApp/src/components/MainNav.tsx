import clsx from "clsx";
import type { LucideIcon } from "lucide-react";
import { NavLink } from "react-router";
import { texts } from "@/lib/texts";
import { navTexts } from "@/lib/texts/nav";

export interface NavEntry {
  path: string;
  label: string;
  icon: LucideIcon;
  /** How much waits there; none is not shown. */
  count?: number;
}

/** The ways to the other pages. */
export function MainNav({ entries }: { entries: readonly NavEntry[] }) {
  if (entries.length === 0) return null;
  return (
    <nav aria-label={texts.pages} className="flex flex-col gap-0.5 px-2 pb-3">
      {entries.map(({ path, label, icon: Icon, count }) => (
        <NavLink
          key={path}
          to={path}
          className={({ isActive }) =>
            clsx(
              "flex h-9 items-center gap-2.5 rounded-lg px-3 text-sm hover:bg-hover",
              isActive ? "bg-hover font-medium text-ink" : "text-soft",
            )
          }
        >
          <Icon className="size-4 shrink-0 text-faint" />
          <span className="min-w-0 flex-1 truncate">{label}</span>
          {count !== undefined && count > 0 && (
            <span className="rounded-full bg-tint px-2 font-medium text-accent text-xs tabular-nums">
              <span aria-hidden="true">{count}</span>
              <span className="sr-only">{navTexts.waiting(count)}</span>
            </span>
          )}
        </NavLink>
      ))}
    </nav>
  );
}
