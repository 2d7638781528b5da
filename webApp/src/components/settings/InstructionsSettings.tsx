import { ArrowDown, ArrowUp, Pencil, Trash2 } from "lucide-react";
import { type FormEvent, useState } from "react";
import { agentTitle, useAgents } from "@/api/hooks/useAgents";
import {
  type Instruction,
  useAddInstruction,
  useChangeInstructions,
  useDeleteWithUndo,
  useInstructions,
} from "@/api/hooks/useSettingsHooks";
import type { Agent } from "@/lib/database";
import { reordered } from "@/lib/reorder";
import { settingsTexts } from "@/lib/texts/settings";
import { ProblemNote } from "../ProblemNote";
import { Button } from "../ui/Button";
import { Select } from "../ui/Select";
import { TextArea } from "../ui/TextArea";
import { EditableText, TEXT_CHARACTERS } from "./EditableText";
import { Empty, Loaded, Section } from "./Section";

const say = settingsTexts.instructions;
const MOST = 50;

export default function InstructionsSettings() {
  const agents = useAgents();
  return (
    <Section title={say.title} lead={say.lead}>
      <Loaded query={agents}>
        {(all) => (all.length === 0 ? <Empty>{say.noAgents}</Empty> : <ByAgent agents={all} />)}
      </Loaded>
    </Section>
  );
}

function ByAgent({ agents }: { agents: Agent[] }) {
  const instructions = useInstructions();
  const [chosen, setChosen] = useState<string | null>(null);
  const agentName = chosen ?? agents[0]?.agent_name ?? "";
  return (
    <>
      <label htmlFor="agent" className="flex flex-wrap items-center gap-x-3 gap-y-1.5 font-medium text-sm">
        {settingsTexts.agent}
        <Select id="agent" value={agentName} onChange={(event) => setChosen(event.target.value)}>
          {agents.map((agent) => (
            <option key={agent.id} value={agent.agent_name}>
              {agentTitle(agent)}
            </option>
          ))}
        </Select>
      </label>
      <Loaded query={instructions}>
        {(all) => (
          <AgentInstructions
            key={agentName}
            agentName={agentName}
            instructions={all.filter((one) => one.agent_name === agentName)}
          />
        )}
      </Loaded>
    </>
  );
}

function AgentInstructions({ agentName, instructions }: { agentName: string; instructions: Instruction[] }) {
  const change = useChangeInstructions();
  const remove = useDeleteWithUndo("instructions", say.deleted);
  const move = (index: number, by: number) => change.mutate(reordered(instructions, index, by));
  return (
    <>
      <NewInstruction agentName={agentName} instructions={instructions} />
      {instructions.length === 0 ? (
        <Empty>{say.empty}</Empty>
      ) : (
        <ol className="space-y-2">
          {instructions.map((instruction, index) => (
            <InstructionItem
              key={instruction.id}
              instruction={instruction}
              onChange={(part) => change.mutateAsync([{ ...instruction, ...part }])}
              onUp={index > 0 ? () => move(index, -1) : undefined}
              onDown={index < instructions.length - 1 ? () => move(index, 1) : undefined}
              onDelete={() => remove(instruction.id)}
            />
          ))}
        </ol>
      )}
    </>
  );
}

function NewInstruction({ agentName, instructions }: { agentName: string; instructions: Instruction[] }) {
  const add = useAddInstruction();
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<string>();
  const isFull = instructions.length >= MOST;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!text.trim()) return setProblem(say.missing);
    // Below those that are there.
    const priority = Math.min(0, ...instructions.map((one) => one.priority)) - 1;
    const instruction = { id: crypto.randomUUID(), agent_name: agentName, content: text.trim(), priority };
    // The next one may be being typed by then.
    add.mutate(instruction, { onSuccess: () => setText((now) => (now === text ? "" : now)) });
  };
  if (isFull) return <p className="text-soft text-sm">{say.limit}</p>;
  return (
    <form onSubmit={submit} className="space-y-2">
      <TextArea
        label={say.new}
        placeholder={say.placeholder}
        value={text}
        maxLength={TEXT_CHARACTERS}
        problem={problem}
        onChange={(event) => {
          setText(event.target.value);
          setProblem(undefined);
        }}
      />
      {add.error && <ProblemNote problem={add.error} title={settingsTexts.saveProblem} />}
      <Button type="submit" shape="primary" disabled={add.isPending}>
        {settingsTexts.add}
      </Button>
    </form>
  );
}

interface InstructionItemProps {
  instruction: Instruction;
  onChange: (part: Partial<Pick<Instruction, "content" | "is_active">>) => Promise<unknown>;
  onUp: (() => void) | undefined;
  onDown: (() => void) | undefined;
  onDelete: () => void;
}

function InstructionItem({ instruction, onChange, onUp, onDown, onDelete }: InstructionItemProps) {
  const [isEdited, setIsEdited] = useState(false);
  const { content, is_active: isActive } = instruction;
  if (isEdited) {
    return (
      <li className="rounded-xl border border-line bg-card p-3">
        <EditableText
          label={settingsTexts.edit}
          text={content}
          onSave={(text) => onChange({ content: text })}
          onClose={() => setIsEdited(false)}
        />
      </li>
    );
  }
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 rounded-xl border border-line bg-card py-2 pr-2 pl-3">
      <label className="flex min-w-48 flex-1 gap-3 py-1.5 text-sm">
        <input
          type="checkbox"
          checked={isActive}
          aria-label={say.follow(content)}
          onChange={() => void onChange({ is_active: !isActive }).catch(() => undefined)}
          className="mt-0.5 size-4 shrink-0 accent-accent"
        />
        <span
          className={`min-w-0 whitespace-pre-wrap break-words ${isActive ? "" : "text-faint line-through"}`}
        >
          {content}
        </span>
      </label>
      <div className="ml-auto flex">
        <Button shape="smallIcon" aria-label={say.up(content)} disabled={!onUp} onClick={onUp}>
          <ArrowUp className="size-4" />
        </Button>
        <Button shape="smallIcon" aria-label={say.down(content)} disabled={!onDown} onClick={onDown}>
          <ArrowDown className="size-4" />
        </Button>
        <Button shape="smallIcon" aria-label={say.edit(content)} onClick={() => setIsEdited(true)}>
          <Pencil className="size-4" />
        </Button>
        <Button shape="smallIcon" aria-label={say.delete(content)} onClick={onDelete}>
          <Trash2 className="size-4" />
        </Button>
      </div>
    </li>
  );
}
