import { CircleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { asProblem, type Problem } from "@/lib/problem";
import { texts } from "@/lib/texts";

interface ProblemNoteProps {
  problem: Pick<Problem, "code" | "title" | "message"> | Error;
  /** What it is that did not work, instead of the problem's own title. */
  title?: string;
  /** Buttons: what can be done about it. */
  children?: ReactNode;
}

/** What went wrong, why, and what to do now. */
export function ProblemNote({ problem, title, children }: ProblemNoteProps) {
  const { code, title: ownTitle, message } = "code" in problem ? problem : asProblem(problem);
  return (
    <div role="alert" className="flex animate-appear gap-3 rounded-xl bg-danger-tint px-4 py-3 text-sm">
      <CircleAlert className="mt-0.5 size-4 shrink-0 text-danger" aria-hidden="true" />
      <div className="min-w-0 space-y-1">
        <p className="font-medium text-danger">{title ?? ownTitle}</p>
        <p>{message}</p>
        <p className="text-soft">{texts.advice(code)}</p>
        {children && <div className="flex flex-wrap gap-2 pt-2">{children}</div>}
      </div>
    </div>
  );
}
