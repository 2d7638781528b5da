import type { Problem } from "@/lib/problem";
import { texts } from "@/lib/texts";
import { agentsTexts } from "@/lib/texts/agents";
import { ProblemNote } from "../ProblemNote";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";

interface ConfirmDialogProps {
  title: string;
  hint: string;
  isBusy: boolean;
  problem: Problem | null;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks before something is deleted. */
export function ConfirmDialog({ title, hint, isBusy, problem, onConfirm, onClose }: ConfirmDialogProps) {
  return (
    <Dialog title={title} onClose={onClose}>
      <div className="space-y-5">
        <p className="text-soft text-sm">{hint}</p>
        {problem && <ProblemNote problem={problem} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{texts.cancel}</Button>
          <Button className="text-danger" disabled={isBusy} onClick={onConfirm}>
            {agentsTexts.delete}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
