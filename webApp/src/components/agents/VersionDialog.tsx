import type { AgentChange, AgentDetail } from "@/api/agents";
import { useRestoreMutation } from "@/api/hooks/useAgentHooks";
import { ProblemNote } from "@/components/ProblemNote";
import { Button } from "@/components/ui/Button";
import { Dialog } from "@/components/ui/Dialog";
import { changesTo, type PartChange, versionOf } from "@/lib/agentHistory";
import { asProblem } from "@/lib/problem";
import { texts } from "@/lib/texts";
import { agentsTexts } from "@/lib/texts/agents";
import { useToastStore } from "@/stores/useToastStore";
import { FieldDiff } from "./FieldDiff";

interface VersionDialogProps {
  agent: AgentDetail;
  changes: readonly AgentChange[];
  version: number;
  onClose: () => void;
}

/** What lies between the agent as it is and as it was at a version, and the way back there. */
export function VersionDialog({ agent, changes, version, onClose }: VersionDialogProps) {
  const past = versionOf(agent, changes, version);
  const parts = changesTo(agent, past);
  const restore = useRestoreMutation(agent);
  const carryOut = () =>
    restore.mutate(past, {
      onSuccess: () => {
        useToastStore.getState().show({ text: agentsTexts.restored(version) });
        onClose();
      },
    });
  return (
    <Dialog title={agentsTexts.versionTitle(version)} isWide onClose={onClose}>
      <div className="space-y-5">
        <p className="text-soft text-sm">
          {parts.length > 0 ? agentsTexts.versionHint : agentsTexts.versionSame}
        </p>
        {parts.map((part) => (
          <Part key={`${part.tool} ${part.action}`} part={part} />
        ))}
        {restore.isError && <ProblemNote problem={asProblem(restore.error)} />}
        <div className="sticky -bottom-5 -mx-5 -mb-5 flex flex-wrap justify-end gap-2 border-line border-t bg-card px-5 py-3">
          <Button onClick={onClose}>{texts.cancel}</Button>
          <Button shape="primary" disabled={restore.isPending || parts.length === 0} onClick={carryOut}>
            {agentsTexts.restore(version)}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

function Part({ part: { tool, action, fields } }: { part: PartChange }) {
  return (
    <section className="space-y-3">
      <h3 className="text-sm">
        <span className="break-all font-medium font-mono">{tool ?? agentsTexts.theAgent}</span>{" "}
        <span className="text-soft">{agentsTexts.wouldBe[action]}</span>
      </h3>
      {fields.map((field) => (
        <FieldDiff key={field.name} field={field} />
      ))}
    </section>
  );
}
