import { editingTexts } from "@/lib/texts/editing";
import { Button } from "./ui/Button";
import { Dialog } from "./ui/Dialog";
import type { LeaveGuard } from "./useLeaveGuard";

interface LeaveDialogProps {
  guard: LeaveGuard;
  /** Whether everything is stored now. */
  save: () => Promise<boolean>;
}

/** What is to become of unsaved edits. */
export default function LeaveDialog({ guard, save }: LeaveDialogProps) {
  const saveAndLeave = async () => {
    if (await save()) guard.leave();
    else guard.stay();
  };
  return (
    <Dialog title={editingTexts.leave.title} onClose={guard.stay}>
      <p className="text-soft text-sm">{editingTexts.leave.lead}</p>
      <div className="mt-5 flex flex-wrap justify-end gap-2">
        <Button onClick={guard.stay}>{editingTexts.leave.stay}</Button>
        <Button onClick={guard.leave}>{editingTexts.leave.leave}</Button>
        <Button shape="primary" onClick={saveAndLeave}>
          {editingTexts.leave.save}
        </Button>
      </div>
    </Dialog>
  );
}
