import { Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import {
  MEMORIES_SHOWN,
  type Memory,
  useChangeMemory,
  useDeleteWithUndo,
  useMemories,
} from "@/api/hooks/useSettingsHooks";
import { settingsTexts } from "@/lib/texts/settings";
import { momentText } from "@/lib/time";
import { Badge } from "../ui/Badge";
import { Button } from "../ui/Button";
import { Field } from "../ui/Field";
import { Select } from "../ui/Select";
import { EditableText } from "./EditableText";
import { Empty, Loaded, Section } from "./Section";

const say = settingsTexts.memory;

export default function MemorySettings() {
  return (
    <Section title={say.title} lead={say.lead}>
      <Loaded query={useMemories()}>
        {(memories) =>
          memories.length === 0 ? <Empty>{say.empty}</Empty> : <Memories memories={memories} />
        }
      </Loaded>
    </Section>
  );
}

function Memories({ memories }: { memories: Memory[] }) {
  const [words, setWords] = useState("");
  const [agentName, setAgentName] = useState("");
  const agents = [...new Set(memories.map((memory) => memory.agent_name))].sort();
  const shown = memories.filter(
    (memory) =>
      (agentName === "" || memory.agent_name === agentName) &&
      memory.content.toLowerCase().includes(words.trim().toLowerCase()),
  );
  return (
    <>
      <div className="flex flex-wrap items-end gap-3">
        <div className="min-w-48 flex-1">
          <Field
            label={say.search}
            type="search"
            value={words}
            onChange={(event) => setWords(event.target.value)}
          />
        </div>
        <Select
          aria-label={settingsTexts.agent}
          className="h-11"
          value={agentName}
          onChange={(event) => setAgentName(event.target.value)}
        >
          <option value="">{settingsTexts.allAgents}</option>
          {agents.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </Select>
      </div>
      {shown.some((memory) => memory.is_untrusted) && (
        <p className="text-soft text-sm">
          <Badge isTinted>{say.untrusted}</Badge> {say.untrustedLead}
        </p>
      )}
      {shown.length === 0 ? (
        <Empty>{say.noMatch}</Empty>
      ) : (
        <ul className="divide-y divide-line rounded-xl border border-line bg-card">
          {shown.map((memory) => (
            <MemoryItem key={memory.id} memory={memory} />
          ))}
        </ul>
      )}
      {memories.length === MEMORIES_SHOWN && (
        <p className="text-soft text-sm">{say.latest(MEMORIES_SHOWN)}</p>
      )}
    </>
  );
}

function MemoryItem({ memory }: { memory: Memory }) {
  const [isEdited, setIsEdited] = useState(false);
  const change = useChangeMemory();
  const forget = useDeleteWithUndo("memory", say.forgotten);
  const { id, content } = memory;
  return (
    <li className="flex gap-3 py-2.5 pr-2 pl-4 text-sm">
      {isEdited ? (
        <EditableText
          label={say.text}
          text={content}
          onSave={(text) => change.mutateAsync({ id, content: text })}
          onClose={() => setIsEdited(false)}
        />
      ) : (
        <>
          <div className="min-w-0 flex-1">
            <p className="whitespace-pre-wrap break-words">{content}</p>
            <p className="text-faint text-xs">
              {memory.agent_name} · {memory.kind} · {momentText(memory.created_at)}{" "}
              {memory.is_untrusted && <Badge isTinted>{say.untrusted}</Badge>}
            </p>
          </div>
          <div className="flex shrink-0">
            <Button shape="smallIcon" aria-label={say.edit(content)} onClick={() => setIsEdited(true)}>
              <Pencil className="size-4" />
            </Button>
            <Button shape="smallIcon" aria-label={say.forget(content)} onClick={() => forget(id)}>
              <Trash2 className="size-4" />
            </Button>
          </div>
        </>
      )}
    </li>
  );
}
