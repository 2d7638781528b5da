import { editingTexts } from "@/lib/texts/editing";
import { useChangeMarksStore } from "@/stores/useChangeMarksStore";
import { useAgentName } from "./useMarks";

const words = editingTexts.marks;

/** Tells who does not see the marks that something was changed by others. */
export function ChangeAnnouncement() {
  const announced = useChangeMarksStore((state) => state.announced);
  const nameOf = useAgentName();
  let text = "";
  if (announced?.agentName) text = words.announceBy(announced.count, nameOf(announced.agentName));
  else if (announced) text = words.announce(announced.count);
  return (
    <p role="status" className="sr-only">
      {text}
    </p>
  );
}
