import { useState } from "react";
import type { DatabaseFunction, FunctionArgument } from "@/api/agents";
import { Field } from "@/components/ui/Field";
import { SelectField } from "@/components/ui/SelectField";
import { useFocusOnProblem } from "@/components/ui/useFocusOnProblem";
import type { FunctionChoices } from "@/lib/functionConfig";
import type { Refusal, ToolField } from "@/lib/refusals";
import { agentsTexts } from "@/lib/texts/agents";
import { toolConfigTexts } from "@/lib/texts/toolConfig";
import { readValue } from "@/lib/toolConfig";
import { Checkbox } from "./Checkbox";
import { ColumnTicks } from "./ColumnTicks";
import type { EditedFunction } from "./useToolConfig";

interface FunctionFormProps {
  functions: readonly DatabaseFunction[];
  edited: EditedFunction;
  refusal: Refusal<ToolField> | null;
}

/** The config of an RPCTool as a form: the function, who says each argument, and what the model sees of the answer. */
export function FunctionForm({ functions, edited, refusal }: FunctionFormProps) {
  const { called, choices } = edited;
  const problem = (field: ToolField) => (refusal?.field === field ? refusal.message : undefined);
  if (functions.length === 0) {
    return (
      <div className="rounded-xl border border-line border-dashed px-5 py-6 text-center">
        <p className="font-medium text-sm">{toolConfigTexts.noFunctions}</p>
        <p className="mx-auto mt-1 max-w-prose text-soft text-sm">{toolConfigTexts.noFunctionsHint}</p>
      </div>
    );
  }
  return (
    <div className="space-y-5">
      <SelectField
        label={toolConfigTexts.function}
        value={called?.name ?? ""}
        hint={called ? hintOf(called) : undefined}
        problem={problem("function")}
        choices={[
          { value: "", label: toolConfigTexts.chooseFunction },
          ...functions.map(({ name }) => ({ value: name, label: name })),
        ]}
        onChange={(event) => edited.chooseFunction(event.target.value)}
      />
      {called && choices && (
        <>
          <Arguments
            called={called}
            choices={choices}
            problem={problem("writes")}
            onChange={(change) => edited.choose(change)}
          />
          {called.columns.length > 0 && (
            <ColumnTicks
              legend={agentsTexts.columns}
              columns={called.columns.map((name) => ({ name, type: "", is_required: false }))}
              ticked={choices.columns}
              problem={problem("columns")}
              onChange={(columns) => edited.choose({ columns })}
            />
          )}
        </>
      )}
      {called && !choices && <p className="text-soft text-sm">{agentsTexts.configOnly}</p>}
    </div>
  );
}

function hintOf({ comment, returns, returns_set, columns }: DatabaseFunction): string {
  const what = columns.length > 0 ? columns.join(", ") : returns;
  return [comment, `${toolConfigTexts.gives(what, returns_set)}.`].filter(Boolean).join(" ");
}

interface ArgumentsProps {
  called: DatabaseFunction;
  choices: FunctionChoices;
  problem: string | undefined;
  onChange: (change: Partial<FunctionChoices>) => void;
}

function Arguments({ called, choices, problem, onChange }: ArgumentsProps) {
  const group = useFocusOnProblem<HTMLFieldSetElement>(problem);
  const { passed, fixed } = choices;
  const toggle = (name: string, isOn: boolean) => {
    const { [name]: _, ...others } = fixed;
    onChange({
      passed: called.arguments
        .map((one) => one.name)
        .filter((one) => (one === name ? isOn : passed.includes(one))),
      fixed: others,
    });
  };
  return (
    <fieldset
      ref={group}
      tabIndex={-1}
      className={`min-w-0 space-y-3 rounded-xl border p-4 ${problem ? "border-danger" : "border-line"}`}
    >
      <legend className="px-1 font-medium text-sm">{toolConfigTexts.arguments}</legend>
      {called.arguments.length === 0 && <p className="text-faint text-sm">{toolConfigTexts.noArguments}</p>}
      {called.arguments.map((argument) => {
        const { name } = argument;
        const isPassed = passed.includes(name);
        return (
          <div key={name} className="space-y-2">
            <Checkbox
              label={name}
              hint={argumentHint(argument)}
              checked={isPassed}
              onChange={(event) => toggle(name, event.target.checked)}
            />
            {!isPassed && (
              <div className="pl-6.5">
                <FixedField
                  argument={argument}
                  value={fixed[name] ?? ""}
                  onChange={(value) => onChange({ fixed: { ...fixed, [name]: value } })}
                />
              </div>
            )}
          </div>
        );
      })}
      {problem && (
        <p role="alert" className="text-danger text-sm">
          {problem}
        </p>
      )}
    </fieldset>
  );
}

interface FixedFieldProps {
  argument: FunctionArgument;
  value: string;
  onChange: (value: string) => void;
}

/** What an argument always is. */
function FixedField({ argument, value, onChange }: FixedFieldProps) {
  const [typed, setTyped] = useState(value);
  const meaning = (text: string) => JSON.stringify(readValue(argument, text));
  return (
    <Field
      label={toolConfigTexts.always(argument.name)}
      hint={argument.is_required ? toolConfigTexts.alwaysNeeded : toolConfigTexts.alwaysHint}
      placeholder={argument.type}
      autoComplete="off"
      // As it is typed while it means the same: `0.` is on the way to `0.5`.
      value={meaning(typed) === meaning(value) ? typed : value}
      onChange={(event) => {
        setTyped(event.target.value);
        onChange(event.target.value);
      }}
    />
  );
}

function argumentHint({ type, comment, is_required, enum_values }: FunctionArgument): string {
  const kind = enum_values ? enum_values.join(" | ") : type;
  return [kind, !is_required && toolConfigTexts.optional, comment].filter(Boolean).join(" · ");
}
