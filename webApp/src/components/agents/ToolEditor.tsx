import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { type UseFormReturn, useForm } from "react-hook-form";
import { useNavigate } from "react-router";
import * as z from "zod/mini";
import type { AgentDetail, Table, Tool } from "@/api/agents";
import { useDeleteToolMutation, useSaveToolMutation } from "@/api/hooks/useAgentHooks";
import { ProblemNote } from "@/components/ProblemNote";
import { Button } from "@/components/ui/Button";
import { Field } from "@/components/ui/Field";
import { SelectField } from "@/components/ui/SelectField";
import { TextArea } from "@/components/ui/TextArea";
import { asProblem, type Problem } from "@/lib/problem";
import { type Refusal, refusalOfTool, type ToolField } from "@/lib/refusals";
import { agentsTexts } from "@/lib/texts/agents";
import { suggestName } from "@/lib/toolConfig";
import { useToastStore } from "@/stores/useToastStore";
import { Checkbox } from "./Checkbox";
import { ConfigChoices } from "./ConfigChoices";
import { ConfirmDialog } from "./ConfirmDialog";
import { TryTool } from "./TryTool";
import { type EditedConfig, useToolConfig } from "./useToolConfig";

const APPROVALS = ["auto", "ask", "ask_after_untrusted"] as const;

const schema = z.object({
  name: z.string().check(z.regex(/^[a-zA-Z_][a-zA-Z0-9_]{0,63}$/, agentsTexts.toolNameWrong)),
  description: z.string().check(z.trim()),
  approval: z.enum(APPROVALS),
  is_active: z.boolean(),
});

type Values = z.infer<typeof schema>;

interface ToolEditorProps {
  agent: AgentDetail;
  tables: readonly Table[];
  /** Null for a new one. */
  tool: Tool | null;
}

/** A tool's row as a form with its config beside it, and the way to try it. */
export function ToolEditor({ agent, tables, tool }: ToolEditorProps) {
  const type = tool?.type ?? "CRUDTool";
  const form = useForm<Values>({
    resolver: standardSchemaResolver(schema),
    defaultValues: {
      name: tool?.name ?? "",
      description: tool?.description ?? "",
      approval: tool?.approval ?? "auto",
      is_active: tool?.is_active ?? true,
    },
  });
  const { errors, dirtyFields, defaultValues } = form.formState;
  const edited = useToolConfig(tables, tool?.config ?? {}, (purpose) => {
    // A new tool is called after what it does until somebody names it, or it is stored.
    if (!dirtyFields.name && !defaultValues?.name) form.setValue("name", suggestName(purpose));
  });
  const saving = useSaving({ agent, edited, tool, form });
  const { refusal, problem } = saving;
  const configProblem = edited.config === null ? agentsTexts.configWrong : undefined;
  return (
    <div className="grid gap-8 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
      <form onSubmit={saving.submit} noValidate className="min-w-0 space-y-5">
        {problem && <ProblemNote problem={problem} />}
        {type === "CRUDTool" && <ConfigChoices tables={tables} refusal={refusal} edited={edited} />}
        <div className="grid gap-5 sm:grid-cols-2">
          <Field
            label={agentsTexts.toolName}
            hint={agentsTexts.toolNameHint}
            problem={errors.name?.message}
            autoCapitalize="none"
            autoComplete="off"
            spellCheck={false}
            {...form.register("name")}
          />
          <SelectField
            label={agentsTexts.approval}
            choices={APPROVALS.map((value) => ({ value, label: agentsTexts.approvals[value] }))}
            {...form.register("approval")}
          />
        </div>
        <TextArea
          label={agentsTexts.toolDescription}
          hint={agentsTexts.toolDescriptionHint}
          {...form.register("description")}
        />
        <Checkbox label={agentsTexts.toolActive} {...form.register("is_active")} />
        <TextArea
          label={agentsTexts.config}
          hint={agentsTexts.configHint}
          problem={configProblem ?? (refusal?.field === "config" ? refusal.message : undefined)}
          isCode
          value={edited.text}
          onChange={(event) => edited.setText(event.target.value)}
        />
        <div className="flex flex-wrap items-center justify-between gap-3">
          <Button type="submit" shape="primary" disabled={saving.isBusy || configProblem !== undefined}>
            {agentsTexts.saveTool}
          </Button>
          {saving.toolId && <DeleteTool agent={agent} toolId={saving.toolId} name={form.getValues("name")} />}
        </div>
      </form>
      <div className="min-w-0">
        <TryTool agentName={agent.agent_name} edited={edited} isSaved={saving.isSaved} save={saving.save} />
      </div>
    </div>
  );
}

interface Saving {
  agent: AgentDetail;
  edited: EditedConfig;
  tool: Tool | null;
  form: UseFormReturn<Values>;
}

/** Saving the tool: what is not saved yet, and what the database says to it. */
function useSaving({ agent, edited, tool, form }: Saving) {
  const mutation = useSaveToolMutation(agent.id);
  const navigate = useNavigate();
  const [toolId, setToolId] = useState(tool?.id ?? null);
  const [savedText, setSavedText] = useState(tool ? edited.text : null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [refusal, setRefusal] = useState<Refusal<ToolField> | null>(null);
  const isSaved = toolId !== null && !form.formState.isDirty && savedText === edited.text;

  const store = async (values: Values): Promise<boolean> => {
    const { config } = edited;
    setProblem(null);
    const early = refuseEarly(edited);
    setRefusal(early);
    if (early || config === null) return false;
    try {
      const row = { ...values, type: tool?.type ?? "CRUDTool", config };
      setToolId(await mutation.mutateAsync({ toolId, tool: row }));
    } catch (error) {
      const { field, message } = refusalOfTool(asProblem(error));
      if (field === "name") form.setError("name", { message }, { shouldFocus: true });
      else if (field === null) setProblem(asProblem(error));
      else setRefusal({ field, message });
      return false;
    }
    form.reset(values);
    setSavedText(edited.text);
    navigate(`/agents/${encodeURIComponent(agent.agent_name)}/tools/${values.name}`, { replace: true });
    return true;
  };
  /** The name that the tool is saved under; null when it could not be. */
  const save = async (): Promise<string | null> => {
    let savedName: string | null = isSaved ? form.getValues("name") : null;
    if (!savedName) {
      await form.handleSubmit(async (values) => {
        if (await store(values)) savedName = values.name;
      })();
    }
    return savedName;
  };
  const submit = form.handleSubmit(async (values) => {
    if (await store(values)) useToastStore.getState().show({ text: agentsTexts.toolSaved });
  });
  return {
    problem,
    refusal,
    toolId,
    isSaved,
    isBusy: mutation.isPending,
    save,
    submit,
  };
}

/** What can be seen without the database. */
function refuseEarly({ config, choices }: EditedConfig): Refusal<ToolField> | null {
  if (config === null) return { field: "config", message: agentsTexts.configWrong };
  if (Object.keys(config).length === 0) return { field: "table", message: agentsTexts.tableMissing };
  if (!choices) return null;
  const needsColumns = config["columns"] !== undefined && choices.columns.length === 0;
  if (needsColumns) return { field: "columns", message: agentsTexts.columnsMissing };
  const needsWrites = config["runtime_args_schema"] !== undefined && choices.writes.length === 0;
  return needsWrites ? { field: "writes", message: agentsTexts.writesMissing } : null;
}

function DeleteTool({ agent, toolId, name }: { agent: AgentDetail; toolId: string; name: string }) {
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
      <Button className="text-danger!" onClick={() => setIsAsking(true)}>
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
