import type { LucideIcon } from "lucide-react";
import { cloneElement, type KeyboardEvent, lazy, type ReactElement, Suspense, useState } from "react";
import type { Button } from "./Button";

export interface MenuAction {
  kind: "action";
  label: string;
  icon: LucideIcon;
  isDangerous?: boolean;
  onSelect: () => void;
}

/** One of several, the current one ticked. */
export interface MenuChoice {
  kind: "choice";
  label: string;
  value: string;
  choices: readonly { value: string; label: string; hint?: string | null }[];
  onChoose: (value: string) => void;
}

export type MenuEntry = MenuAction | MenuChoice | "line";

export interface MenuProps {
  /** The button that opens it. */
  trigger: ReactElement<Parameters<typeof Button>[0]>;
  align?: "start" | "end";
  entries: readonly MenuEntry[];
}

const loadOpenMenu = () => import("./OpenMenu");
const OpenMenu = lazy(loadOpenMenu);

/** A button with a menu. Until it is first wanted it is only the button: a list has hundreds of them. */
export function Menu(props: MenuProps) {
  const [isWanted, setIsWanted] = useState(false);
  const want = () => setIsWanted(true);
  const closed = cloneElement(props.trigger, {
    "aria-haspopup": "menu",
    "aria-expanded": false,
    onPointerEnter: () => void loadOpenMenu(),
    onClick: want,
    onKeyDown: (event: KeyboardEvent) => event.key === "ArrowDown" && want(),
  });
  if (!isWanted) return closed;
  return (
    <Suspense fallback={closed}>
      <OpenMenu {...props} />
    </Suspense>
  );
}
