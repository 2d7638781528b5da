import { X } from "lucide-react";
import { useEffect } from "react";
import { texts } from "@/lib/texts";
import { type Toast, useToastStore } from "@/stores/useToastStore";
import { Button } from "./ui/Button";

// Long enough to read a line and reach the button by keyboard.
const SHOWN_MILLISECONDS = 7000;

export function Toasts() {
  const { toasts, leavePage } = useToastStore();
  useEffect(() => {
    window.addEventListener("pagehide", leavePage);
    return () => window.removeEventListener("pagehide", leavePage);
  }, [leavePage]);
  return (
    <div
      role="status"
      className="pointer-events-none fixed inset-x-0 bottom-0 z-50 flex flex-col items-center gap-2 p-4 pb-28"
    >
      {toasts.map((toast) => (
        <ToastNotice key={toast.id} toast={toast} />
      ))}
    </div>
  );
}

function ToastNotice({ toast }: { toast: Toast }) {
  const { undo, dismiss } = useToastStore();
  useEffect(() => {
    const timer = setTimeout(() => dismiss(toast.id), SHOWN_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [dismiss, toast.id]);
  return (
    <div className="pointer-events-auto flex animate-appear items-center gap-1 rounded-xl border border-line bg-card py-1.5 pr-1.5 pl-4 text-sm shadow-raised">
      <span className="pr-2">{toast.text}</span>
      {toast.undo && (
        <Button shape="link" onClick={() => undo(toast.id)}>
          {texts.undo}
        </Button>
      )}
      <Button shape="icon" aria-label={texts.close} onClick={() => dismiss(toast.id)}>
        <X className="size-4" />
      </Button>
    </div>
  );
}
