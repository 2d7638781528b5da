import clsx from "clsx";
import { Pencil, ShieldQuestion } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { useDecisionMutation } from "@/api/hooks/useApprovalHooks";
import type { Action } from "@/lib/database";
import { consentTexts } from "@/lib/texts/consent";
import { untilText } from "@/lib/time";
import { toolTitle } from "@/lib/toolName";
import { ApprovalEditor } from "./ApprovalEditor";
import { ApprovalPreview } from "./ApprovalPreview";
import { isTyping } from "./isTyping";
import { ProblemNote } from "./ProblemNote";
import { RefusalForm } from "./RefusalForm";
import { Button } from "./ui/Button";

interface ApprovalCardProps {
  action: Action;
  onDecided?: () => void;
  /** What came of it, where nothing else on the page tells that. */
  children?: ReactNode;
}

/** A tool call that waits for a person: what it would do, and the ways to decide. It steps back once it is decided. */
export default function ApprovalCard({ action, onDecided, children }: ApprovalCardProps) {
  const [mode, setMode] = useState<"asking" | "editing" | "refusing">("asking");
  const [isAlways, setIsAlways] = useState(false);
  const decision = useDecisionMutation(action);
  const titleId = useId();
  const isLapsed = action.expires_at !== null && new Date(action.expires_at) <= new Date();
  const status = action.status === "pending" && isLapsed ? "expired" : action.status;
  const isOpen = status === "pending" && !decision.isSuccess;
  // What was decided here is known before the database says so.
  const decided = decision.isSuccess && decision.variables.isApproved ? "approved" : "rejected";
  const reason = action.decision_reason ?? decision.variables?.reason;
  const decide = (what: Parameters<typeof decision.mutate>[0]) =>
    decision.mutate(what, { ...(onDecided && { onSuccess: onDecided }) });
  const allow = (args?: Record<string, unknown>) =>
    decide({ isApproved: true, isAlways, ...(args && { arguments: args }) });
  const refuse = (why: string) => decide({ isApproved: false, ...(why && { reason: why }) });
  const section = useRef<HTMLElement>(null);
  useEffect(() => {
    // The button that was pressed is gone: whoever uses the keyboard stays here.
    if (!isOpen && document.activeElement === document.body) section.current?.focus({ preventScroll: true });
  }, [isOpen]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape" && mode !== "asking") setMode("asking");
    else if (
      isTyping(event.target) ||
      !isOpen ||
      mode !== "asking" ||
      event.ctrlKey ||
      event.metaKey ||
      event.altKey
    )
      return;
    else if (event.key === "y" && !decision.isPending) allow();
    else if (event.key === "n") setMode("refusing");
    else if (event.key === "e") setMode("editing");
    else return;
    event.preventDefault();
  };
  return (
    <section
      ref={section}
      tabIndex={-1}
      aria-labelledby={titleId}
      onKeyDown={onKeyDown}
      className={clsx(
        "animate-appear rounded-xl border text-sm outline-offset-2",
        isOpen ? "border-accent bg-card shadow-raised" : "border-line bg-page",
      )}
    >
      <div className="space-y-4 px-4 py-3.5">
        <header className="flex gap-2.5">
          <ShieldQuestion aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-accent" />
          <div className="min-w-0">
            <h3 id={titleId} className="font-medium">
              {consentTexts.asks(toolTitle(action.tool_name))}
            </h3>
            {action.summary && <p className="mt-0.5 break-words text-soft">{action.summary}</p>}
          </div>
        </header>
        {mode === "editing" && isOpen ? (
          <ApprovalEditor
            args={action.arguments as Record<string, unknown>}
            problem={decision.error}
            isBusy={decision.isPending}
            onAllow={allow}
            onBack={() => setMode("asking")}
          />
        ) : (
          <>
            <ApprovalPreview action={action} />
            {decision.error && isOpen && <ProblemNote problem={decision.error} />}
          </>
        )}
        {mode === "refusing" && isOpen && (
          <RefusalForm isBusy={decision.isPending} onRefuse={refuse} onBack={() => setMode("asking")} />
        )}
        {mode === "asking" && isOpen && (
          <div className="space-y-3">
            <label className="flex items-start gap-2.5" title={consentTexts.alwaysHint}>
              <input
                type="checkbox"
                checked={isAlways}
                onChange={(event) => setIsAlways(event.target.checked)}
                className="mt-0.5 size-4 accent-(--color-accent)"
              />
              <span>
                {consentTexts.always}
                {isAlways && <span className="block text-faint text-xs">{consentTexts.alwaysHint}</span>}
              </span>
            </label>
            <div className="flex flex-wrap items-center gap-2">
              <Button
                shape="primary"
                disabled={decision.isPending}
                aria-keyshortcuts="y"
                onClick={() => allow()}
              >
                {decision.isPending ? consentTexts.deciding : consentTexts.allow}
              </Button>
              <Button aria-keyshortcuts="n" disabled={decision.isPending} onClick={() => setMode("refusing")}>
                {consentTexts.refuse}
              </Button>
              <Button
                shape="quiet"
                aria-keyshortcuts="e"
                disabled={decision.isPending}
                onClick={() => setMode("editing")}
              >
                <Pencil className="size-4" />
                {consentTexts.edit}
              </Button>
              {action.expires_at && (
                <span className="ml-auto text-faint text-xs" title={consentTexts.keys}>
                  {consentTexts.expires(untilText(action.expires_at, new Date()))}
                </span>
              )}
            </div>
          </div>
        )}
        {!isOpen && (
          <p className="font-medium text-soft">
            {consentTexts.decided[status === "pending" ? decided : status]}
            {reason && ` ${consentTexts.because(reason)}`}
          </p>
        )}
        {children}
      </div>
    </section>
  );
}
