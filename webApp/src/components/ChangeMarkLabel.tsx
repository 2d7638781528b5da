import { Bot, MonitorSmartphone } from "lucide-react";
import type { MarkWords } from "./useMarks";

/** Says on a row what others did to it. */
export function ChangeMarkLabel({ text, isAgent }: MarkWords) {
  const Icon = isAgent ? Bot : MonitorSmartphone;
  return (
    <span className="inline-flex min-w-0 items-center gap-1 font-medium text-accent">
      <Icon aria-hidden="true" className="size-3.5 shrink-0" />
      <span className="truncate">{text}</span>
    </span>
  );
}
