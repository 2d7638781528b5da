import { type FormEvent, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { CopyRefused } from "@/api/agentCopies";
import { useMakeAgentMutation } from "@/api/hooks/useAgentHooks";
import { useIsAdmin } from "@/api/hooks/useIsAdmin";
import { ProblemNote } from "@/components/ProblemNote";
import { Button } from "@/components/ui/Button";
import { Dialog } from "@/components/ui/Dialog";
import { TextArea } from "@/components/ui/TextArea";
import { type FileProblem, readAgentFile } from "@/lib/agentFile";
import { problemsInFile } from "@/lib/agentRefusals";
import { asProblem, type Problem } from "@/lib/problem";
import { texts } from "@/lib/texts";
import { agentFileTexts as say } from "@/lib/texts/agentFiles";
import { useToastStore } from "@/stores/useToastStore";
import { Checkbox } from "./Checkbox";

// An agent's file is a few pages of text.
const MOST_BYTES = 1_000_000;

/** An agent from a file: all of it, or nothing and each thing that is wrong with its line. */
export default function ImportAgentDialog({ onClose }: { onClose: () => void }) {
  const make = useMakeAgentMutation();
  const navigate = useNavigate();
  const { data: isAdmin = false } = useIsAdmin();
  const field = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState("");
  const [isShared, setIsShared] = useState(false);
  const [fieldProblem, setFieldProblem] = useState<string>();
  const [problems, setProblems] = useState<readonly FileProblem[]>([]);
  const [problem, setProblem] = useState<Problem | null>(null);
  const forget = () => {
    setFieldProblem(undefined);
    setProblems([]);
    setProblem(null);
  };
  const change = (next: string) => {
    setText(next);
    forget();
  };
  const choose = async (file: File | undefined) => {
    if (!file) return;
    forget();
    if (file.size > MOST_BYTES) return setFieldProblem(say.tooLarge);
    try {
      change(new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer()));
    } catch {
      setFieldProblem(say.unreadable);
    }
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    forget();
    if (!text.trim()) return setFieldProblem(say.nothing);
    const file = await readAgentFile(text);
    if ("problems" in file) return setProblems(file.problems);
    try {
      await make.mutateAsync({ copy: file.copy, isShared });
    } catch (error) {
      if (!(error instanceof CopyRefused)) return setProblem(asProblem(error));
      const away = error.parts.find((part) => part.problem.code === "network");
      return away ? setProblem(away.problem) : setProblems(problemsInFile(error.parts, file));
    }
    useToastStore.getState().show({ text: say.imported });
    return navigate(`/agents/${file.copy.agent.agent_name}`);
  };
  return (
    <Dialog title={say.importTitle} isWide onClose={onClose}>
      <form onSubmit={submit} noValidate className="space-y-4">
        <p className="text-soft text-sm">{say.importLead}</p>
        {problem && <ProblemNote problem={problem} />}
        <label className="block space-y-1.5 font-medium text-sm">
          <span>{say.file}</span>
          <input
            type="file"
            accept=".yaml,.yml,.json"
            onChange={(event) => void choose(event.target.files?.[0])}
            className="block w-full font-normal text-soft text-sm file:mr-3 file:h-10 file:rounded-lg file:border file:border-line file:border-solid file:bg-card file:px-4 file:font-medium file:text-ink hover:file:bg-hover"
          />
        </label>
        <TextArea
          ref={field}
          label={say.text}
          problem={fieldProblem}
          isCode
          className="max-h-[40dvh]! min-h-32"
          value={text}
          autoComplete="off"
          onChange={(event) => change(event.target.value)}
        />
        <FileProblems
          problems={problems}
          onGoTo={(line) => {
            const start =
              text
                .split("\n")
                .slice(0, line - 1)
                .join("\n").length + Number(line > 1);
            field.current?.focus();
            field.current?.setSelectionRange(start, start + (text.split("\n")[line - 1] ?? "").length);
          }}
        />
        {isAdmin && (
          <Checkbox
            label={say.importShared}
            hint={say.importSharedHint}
            checked={isShared}
            onChange={(event) => setIsShared(event.target.checked)}
          />
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{texts.cancel}</Button>
          <Button type="submit" shape="primary" disabled={make.isPending}>
            {say.importDo}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface FileProblemsProps {
  problems: readonly FileProblem[];
  onGoTo: (line: number) => void;
}

function FileProblems({ problems, onGoTo }: FileProblemsProps) {
  return (
    <div role="alert">
      {problems.length > 0 && (
        <div className="rounded-xl bg-danger-tint px-4 py-3 text-sm">
          <p className="font-medium text-danger">{say.refused(problems.length)}</p>
          <ul className="mt-2 space-y-1">
            {problems.map(({ line, message }) => (
              <li key={`${line} ${message}`} className="flex gap-2">
                <button
                  type="button"
                  onClick={() => onGoTo(line)}
                  className="shrink-0 self-start underline underline-offset-2"
                >
                  {say.line(line)}
                </button>
                <span className="min-w-0 break-words">{message}</span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}
