import { Download } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { exportData } from "@/lib/exportData";
import { saveFile } from "@/lib/saveFile";
import { useServices } from "@/lib/services";
import { settingsTexts } from "@/lib/texts/settings";
import { useAuthStore, useUserId } from "@/stores/useAuthStore";
import { ProblemNote } from "../ProblemNote";
import { Button } from "../ui/Button";
import { Section } from "./Section";

const DeleteAccountDialog = lazy(() => import("./DeleteAccountDialog"));
const say = settingsTexts.data;

type State = { kind: "idle" } | { kind: "busy" | "done"; rows: number } | { kind: "failed"; error: Error };

export default function DataSettings() {
  const [isLeaving, setIsLeaving] = useState(false);
  return (
    <div className="space-y-10">
      <Section title={say.export} lead={say.exportLead}>
        <ExportButton />
      </Section>
      <Section title={say.delete} lead={say.deleteLead}>
        <Button className="border-danger text-danger" onClick={() => setIsLeaving(true)}>
          {say.deleteButton}
        </Button>
      </Section>
      {isLeaving && (
        <Suspense fallback={null}>
          <DeleteAccountDialog onClose={() => setIsLeaving(false)} />
        </Suspense>
      )}
    </div>
  );
}

function ExportButton() {
  const services = useServices();
  const userId = useUserId();
  const email = useAuthStore((store) => store.session?.user.email) ?? null;
  const [state, setState] = useState<State>({ kind: "idle" });
  const start = async () => {
    let rows = 0;
    setState({ kind: "busy", rows });
    try {
      const data = await exportData(services, { id: userId, email }, (count) => {
        rows = count;
        setState({ kind: "busy", rows });
      });
      const name = `clarity-${new Date().toISOString().slice(0, 10)}.json`;
      saveFile(name, JSON.stringify(data, null, 2), "application/json");
      setState({ kind: "done", rows });
    } catch (error) {
      setState({ kind: "failed", error: error as Error });
    }
  };
  return (
    <div className="space-y-3">
      <div className="flex flex-wrap items-center gap-3">
        <Button disabled={state.kind === "busy"} onClick={() => void start()}>
          <Download className="size-4" />
          {say.exportButton}
        </Button>
        <p role="status" className="text-soft text-sm">
          {state.kind === "busy" && say.exporting(state.rows)}
          {state.kind === "done" && say.exported(state.rows)}
        </p>
      </div>
      {state.kind === "failed" && <ProblemNote problem={state.error} title={say.exportProblem} />}
    </div>
  );
}
