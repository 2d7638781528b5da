import { CircleAlert, CircleCheck } from "lucide-react";
import { type FormEvent, useState } from "react";
import type { ToolConfig, Trial } from "@/api/agents";
import { useTryToolMutation } from "@/api/hooks/useAgentHooks";
import { ProblemNote } from "@/components/ProblemNote";
import { RowsTable } from "@/components/RowsTable";
import { Button } from "@/components/ui/Button";
import { Field } from "@/components/ui/Field";
import { SelectField } from "@/components/ui/SelectField";
import { TextArea } from "@/components/ui/TextArea";
import { asProblem } from "@/lib/problem";
import { agentsTexts } from "@/lib/texts/agents";
import { type ArgumentField, buildArguments } from "@/lib/toolConfig";
import { readToolResult } from "@/lib/toolResult";
import type { EditedConfig } from "./useToolConfig";

interface TryToolProps {
  agentName: string;
  edited: EditedConfig;
  isSaved: boolean;
  /** Saves what is not saved; gives the tool's name, or null when it could not. */
  save: () => Promise<string | null>;
}

/** Calls the tool for real, as the user, with arguments that a model could pass. */
export function TryTool({ agentName, edited, isSaved, save }: TryToolProps) {
  const trial = useTryToolMutation(agentName);
  const [values, setValues] = useState<Record<string, string>>({});
  const [json, setJson] = useState("{}");
  const { fields } = edited;
  const args = fields ? buildArguments(fields, values) : parse(json);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const toolName = args && (await save());
    if (toolName) trial.mutate({ toolName, args });
  };
  const set = (key: string, value: string) => setValues((before) => ({ ...before, [key]: value }));
  return (
    <section
      aria-label={agentsTexts.tryTitle}
      className="space-y-4 rounded-2xl border border-line bg-card p-5 @4xl:sticky @4xl:top-6"
    >
      <div>
        <h2 className="font-semibold">{agentsTexts.tryTitle}</h2>
        <p className="text-faint text-sm">
          {agentsTexts.tryHint} {!isSaved && agentsTexts.tryUnsaved}
        </p>
      </div>
      <form onSubmit={submit} noValidate className="space-y-4">
        {fields ? (
          (["arguments", "data", "filters"] as const).map((group) => (
            <ArgumentGroup key={group} group={group} fields={fields} values={values} onChange={set} />
          ))
        ) : (
          <TextArea
            label={agentsTexts.tryArguments}
            problem={args ? undefined : agentsTexts.configWrong}
            isCode
            className="min-h-28"
            value={json}
            onChange={(event) => setJson(event.target.value)}
          />
        )}
        <Button type="submit" shape="primary" disabled={trial.isPending || !args || edited.config === null}>
          {isSaved ? agentsTexts.tryButton : agentsTexts.trySaveButton}
        </Button>
      </form>
      <div aria-live="polite" className="space-y-4">
        {trial.isPending && <p className="text-faint text-sm">{agentsTexts.tryRuns}</p>}
        {trial.isError && <ProblemNote problem={asProblem(trial.error)} title={agentsTexts.tryProblem} />}
        {trial.data && <TrialResult trial={trial.data} />}
      </div>
    </section>
  );
}

interface ArgumentGroupProps {
  group: ArgumentField["group"];
  fields: readonly ArgumentField[];
  values: Readonly<Record<string, string>>;
  onChange: (key: string, value: string) => void;
}

// More would push the result off the page; the rest is there when it is asked for.
const FIELDS_AT_FIRST = 4;

function ArgumentGroup({ group, fields, values, onChange }: ArgumentGroupProps) {
  const own = fields.filter((field) => field.group === group);
  const [isWhole, setIsWhole] = useState(false);
  if (own.length === 0) return null;
  // What a new row needs comes first.
  const needed = (field: ArgumentField) => group !== "filters" && field.column.is_required;
  const sorted = own.toSorted((one, other) => Number(needed(other)) - Number(needed(one)));
  const shown = isWhole ? sorted : sorted.slice(0, FIELDS_AT_FIRST);
  return (
    <fieldset className="min-w-0 space-y-3">
      <legend className="mb-2 font-medium text-soft text-sm">{agentsTexts.tryGroups[group]}</legend>
      <div className="grid gap-3 sm:grid-cols-2">
        {shown.map(({ column }) => {
          const key = `${group}.${column.name}`;
          const props = {
            label: column.name,
            value: values[key] ?? "",
            onChange: (event: { target: { value: string } }) => onChange(key, event.target.value),
          };
          const listed = column.type === "boolean" ? ["true", "false"] : column.enum_values;
          if (!listed) return <Field key={key} {...props} placeholder={column.type} autoComplete="off" />;
          const choices = listed.map((value) => ({ value, label: value }));
          return (
            <SelectField
              key={key}
              {...props}
              choices={[{ value: "", label: agentsTexts.tryEmpty[group] }, ...choices]}
            />
          );
        })}
      </div>
      {shown.length < own.length && (
        <Button shape="quiet" onClick={() => setIsWhole(true)}>
          {agentsTexts.tryMore(own.length - shown.length)}
        </Button>
      )}
    </fieldset>
  );
}

function TrialResult({ trial }: { trial: Trial }) {
  const isSuccess = trial.status === "success";
  const Icon = isSuccess ? CircleCheck : CircleAlert;
  return (
    <div className="animate-appear space-y-4 text-sm">
      <p className={`flex items-center gap-2 font-medium ${isSuccess ? "text-accent" : "text-danger"}`}>
        <Icon className="size-4" aria-hidden="true" />
        {isSuccess ? agentsTexts.trySuccess : agentsTexts.tryError}
      </p>
      {isSuccess ? <Outcome result={trial.result} /> : <p className="break-words">{trial.result}</p>}
      {trial.explanation.length > 0 && (
        <div className="space-y-1">
          <h3 className="font-medium text-soft">{agentsTexts.tryPolicies}</h3>
          <ul className="list-disc space-y-1 pl-5">
            {trial.explanation.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </div>
      )}
      {trial.sql.length > 0 && (
        <div className="space-y-1">
          <h3 className="font-medium text-soft">{agentsTexts.trySql}</h3>
          {trial.sql.map((statement, index) => (
            <pre
              // biome-ignore lint/suspicious/noArrayIndexKey: statements that ran never change their places
              key={index}
              className="whitespace-pre-wrap break-words rounded-lg bg-sunken p-3 font-mono text-xs"
            >
              {statement.trim()}
            </pre>
          ))}
        </div>
      )}
    </div>
  );
}

function Outcome({ result }: { result: string }) {
  const { rows, hasMore, verb, count, text } = readToolResult(result);
  return (
    <div className="space-y-2">
      {verb && count !== null && <p className="text-soft">{agentsTexts.tryOutcome(verb, count)}</p>}
      {rows.length > 0 && <RowsTable rows={rows} hasMore={hasMore} />}
      {text && <p className="whitespace-pre-wrap break-words">{text}</p>}
    </div>
  );
}

function parse(json: string): ToolConfig | null {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as ToolConfig)
      : null;
  } catch {
    return null;
  }
}
