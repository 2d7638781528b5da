import { Trash2 } from "lucide-react";
import { useState } from "react";
import { useNavigate } from "react-router";
import type { AgentDetail } from "@/api/agents";
import { useDeleteToolMutation } from "@/api/hooks/useAgentHooks";
import { Button } from "@/components/ui/Button";
import { asProblem } from "@/lib/problem";
import { agentsTexts } from "@/lib/texts/agents";
import { useToastStore } from "@/stores/useToastStore";
import { ConfirmDialog } from "./ConfirmDialog";

export function DeleteTool({ agent, toolId, name }: { agent: AgentDetail; toolId: string; name: string }) {
  const [isAsking, setIsAsking] = useState(false);
  const deletion = useDeleteToolMutation();
  const navigate = useNavigate();
  const carryOut = () =>
    deletion.mutate(toolId, {
      onSuccess: () => {
        useToastStore.getState().show({ text: agentsTexts.deleted });
        navigate(`/agents/${encodeURIComponent(agent.agent_name)}`);
      },
    });
  return (
    <>
      <Button className="text-danger" onClick={() => setIsAsking(true)}>
        <Trash2 className="size-4" />
        {agentsTexts.deleteTool}
      </Button>
      {isAsking && (
        <ConfirmDialog
          title={agentsTexts.deleteToolTitle(name)}
          hint={agentsTexts.deleteToolHint}
          isBusy={deletion.isPending}
          problem={deletion.isError ? asProblem(deletion.error) : null}
          onConfirm={carryOut}
          onClose={() => setIsAsking(false)}
        />
      )}
    </>
  );
}
