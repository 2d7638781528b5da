import { Copy, Download, EllipsisVertical } from "lucide-react";
import { copyOf } from "@/api/agentCopies";
import type { AgentDetail } from "@/api/agents";
import { Button } from "@/components/ui/Button";
import { Menu } from "@/components/ui/Menu";
import { writeAgentFile } from "@/lib/agentFile";
import { saveFile } from "@/lib/saveFile";
import { agentFileTexts as say } from "@/lib/texts/agentFiles";
import { useAuthStore } from "@/stores/useAuthStore";

interface AgentMenuProps {
  agent: AgentDetail;
  onDuplicate: () => void;
}

/** What one may do with an agent of which one sees everything. */
export function AgentMenu({ agent, onDuplicate }: AgentMenuProps) {
  const email = useAuthStore(({ session }) => session?.user.email ?? null);
  const save = async () => {
    const text = await writeAgentFile(copyOf(agent), agent.is_private ? email : null);
    saveFile(`${agent.agent_name}.yaml`, text, "application/yaml");
  };
  return (
    <Menu
      trigger={
        <Button shape="icon" aria-label={say.menu}>
          <EllipsisVertical className="size-4" />
        </Button>
      }
      entries={[
        { kind: "action", label: say.duplicate, icon: Copy, onSelect: onDuplicate },
        { kind: "action", label: say.export, icon: Download, onSelect: () => void save() },
      ]}
    />
  );
}
