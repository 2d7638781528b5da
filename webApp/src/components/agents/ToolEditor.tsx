import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
import { useState } from "react";
import { type UseFormReturn, useForm } from "react-hook-form";
import { useNavigate } from "react-router";
import * as z from "zod/mini";
import type { AgentDetail, DatabaseFunction, Table, Tool, ToolType } from "@/api/agents";
import { useSaveToolMutation } from "@/api/hooks/useAgentHooks";
import { ProblemNote } from "@/components/ProblemNote";
import { Button } from "@/components/ui/Button";
import { Field } from "@/components/ui/Field";
import { SelectField } from "@/components/ui/SelectField";
import { TextArea } from "@/components/ui/TextArea";
import { asProblem, type Problem } from "@/lib/problem";
import { type Refusal, refusalOfTool, type ToolField } from "@/lib/refusals";
import { agentsTexts } from "@/lib/texts/agents";
import { toolConfigTexts } from "@/lib/texts/toolConfig";
import { useToastStore } from "@/stores/useToastStore";
import { Checkbox } from "./Checkbox";
import { ConfigJson } from "./ConfigJson";
import { DeleteTool } from "./DeleteTool";
import { FunctionForm } from "./FunctionForm";
import { refuseEarly } from "./refuseEarly";
import { settleForm } from "./settleForm";
import { TableForm } from "./TableForm";
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
  functions: readonly DatabaseFunction[];
  types: readonly ToolType[];
  /** Null for a new one. */
  tool: Tool | null;
}

/** A tool's row as a form with its config beside it, and the way to try it. */
export function ToolEditor({ agent, tables, functions, types, tool }: ToolEditorProps) {
  const [type, setType] = useState(tool?.type ?? "CRUDTool");
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
  const edited = useToolConfig({
    type,
    tables,
    functions,
    first: tool?.config ?? {},
    onPurpose: (name) => {
      // A new tool is called after what it does until somebody names it, or it is stored.
      if (!dirtyFields.name && !defaultValues?.name) form.setValue("name", name);
    },
  });
  const chooseType = (next: string) => {
    setType(next);
    edited.setText("{}");
  };
  const saving = useSaving({ agent, edited, type, tool, form });
  const { refusal, problem } = saving;
  const configProblem = edited.config === null ? agentsTexts.configWrong : undefined;
  return (
    <div className="grid gap-8 @4xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
      <form onSubmit={saving.submit} noValidate className="min-w-0 space-y-5">
        {problem && <ProblemNote problem={problem} />}
        {!tool && <TypeField types={types} type={type} onChoose={chooseType} />}
        {edited.onTable && <TableForm tables={tables} refusal={refusal} edited={edited.onTable} />}
        {edited.onFunction && (
          <FunctionForm functions={functions} refusal={refusal} edited={edited.onFunction} />
        )}
        {!edited.onTable && !edited.onFunction && (
          <p className="text-soft text-sm">{toolConfigTexts.byHand}</p>
        )}
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
        <ConfigJson
          text={edited.text}
          config={edited.config}
          schema={types.find(({ name }) => name === type)?.config_schema ?? null}
          wordsAt={(key) => wordsAt(key, edited, tables, functions)}
          problem={configProblem ?? (refusal?.field === "config" ? refusal.message : undefined)}
          onChange={edited.setText}
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

interface TypeFieldProps {
  types: readonly ToolType[];
  type: string;
  onChoose: (type: string) => void;
}

/** What a new tool works with; a stored one stays what it is. */
function TypeField({ types, type, onChoose }: TypeFieldProps) {
  const known = ["CRUDTool", "RPCTool"];
  const names = [...known, ...types.map(({ name }) => name).filter((name) => !known.includes(name))];
  return (
    <SelectField
      label={toolConfigTexts.type}
      value={type}
      choices={names.map((name) => ({
        value: name,
        label: toolConfigTexts.types[name] ?? toolConfigTexts.otherType(name),
      }))}
      onChange={(event) => onChoose(event.target.value)}
    />
  );
}

/** What the schema cannot know: the names of the database that fit below a key. */
function wordsAt(
  key: string,
  { onTable, onFunction, text }: EditedConfig,
  tables: readonly Table[],
  functions: readonly DatabaseFunction[],
): readonly string[] {
  // From the text itself: while it is being written it is no JSON, and stands for no choices.
  const named = (of: string) => new RegExp(`"${of}"\\s*:\\s*"([^"]*)"`).exec(text)?.[1];
  const table = tables.find(({ name }) => name === named("table_name"));
  const called = functions.find(({ name }) => name === named("function_name"));
  if (onTable && key === "table_name") return tables.map(({ name }) => name);
  if (onFunction && key === "function_name") return functions.map(({ name }) => name);
  if (onFunction && key === "columns") return called?.columns ?? [];
  if (onFunction && ["fixed", "runtime_args_schema"].includes(key)) {
    return called?.arguments.map(({ name }) => name) ?? [];
  }
  const isOfColumns = ["columns", "filters", "fixed", "group_by", "order_by"].includes(key);
  return (onTable && isOfColumns && table?.columns.map(({ name }) => name)) || [];
}

interface Saving {
  agent: AgentDetail;
  edited: EditedConfig;
  type: string;
  tool: Tool | null;
  form: UseFormReturn<Values>;
}

/** Saving the tool: what is not saved yet, and what the database says to it. */
function useSaving({ agent, edited, type, tool, form }: Saving) {
  const mutation = useSaveToolMutation(agent.id);
  const navigate = useNavigate();
  const [toolId, setToolId] = useState(tool?.id ?? null);
  const [savedText, setSavedText] = useState(tool ? edited.text : null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [refused, setRefused] = useState<{ refusal: Refusal<ToolField> | null; text: string } | null>(null);
  // Whoever changes the config has read it.
  const refusal = refused?.text === edited.text ? refused.refusal : null;
  const setRefusal = (next: Refusal<ToolField> | null) => setRefused({ refusal: next, text: edited.text });
  const isSaved = toolId !== null && !form.formState.isDirty && savedText === edited.text;

  const store = async (values: Values): Promise<boolean> => {
    const { config } = edited;
    const sent = form.getValues();
    setProblem(null);
    const early = refuseEarly(edited);
    setRefusal(early);
    if (early || config === null) return false;
    try {
      const row = { ...values, type, config };
      setToolId(await mutation.mutateAsync({ toolId, tool: row }));
    } catch (error) {
      const { field, message } = refusalOfTool(asProblem(error));
      if (field === "name") form.setError("name", { message }, { shouldFocus: true });
      else if (field === null) setProblem(asProblem(error));
      else setRefusal({ field, message });
      return false;
    }
    settleForm(form, sent, values);
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
