import { Trash2 } from "lucide-react";
import { useState } from "react";
import { useNavigate } from "react-router";
import type { AgentDetail } from "@/api/agents";
import { useDeleteAgentMutation } from "@/api/hooks/useAgentHooks";
import { agentTitle } from "@/api/hooks/useAgents";
import { Button } from "@/components/ui/Button";
import { asProblem } from "@/lib/problem";
import { agentsTexts } from "@/lib/texts/agents";
import { useToastStore } from "@/stores/useToastStore";
import { ConfirmDialog } from "./ConfirmDialog";

export function DeleteAgent({ agent }: { agent: AgentDetail }) {
  const [isAsking, setIsAsking] = useState(false);
  const deletion = useDeleteAgentMutation();
  const navigate = useNavigate();
  const carryOut = () =>
    deletion.mutate(agent.id, {
      onSuccess: () => {
        useToastStore.getState().show({ text: agentsTexts.deleted });
        navigate("/agents");
      },
    });
  return (
    <div className="border-line border-t pt-6">
      <Button className="text-danger" onClick={() => setIsAsking(true)}>
        <Trash2 className="size-4" />
        {agentsTexts.deleteAgent}
      </Button>
      {isAsking && (
        <ConfirmDialog
          title={agentsTexts.deleteAgentTitle(agentTitle(agent))}
          hint={agentsTexts.deleteAgentHint}
          isBusy={deletion.isPending}
          problem={deletion.isError ? asProblem(deletion.error) : null}
          onConfirm={carryOut}
          onClose={() => setIsAsking(false)}
        />
      )}
    </div>
  );
}
