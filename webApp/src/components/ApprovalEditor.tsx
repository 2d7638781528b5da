import clsx from "clsx";
import { type FormEvent, useId, useState } from "react";
import { type ArgumentField, fieldsOf, pointerOf, typedValue, withValue } from "@/lib/approval";
import { Problem, type ProblemPart } from "@/lib/problem";
import { consentTexts } from "@/lib/texts/consent";
import { ProblemNote } from "./ProblemNote";
import { Button } from "./ui/Button";

type Values = Record<string, unknown>;

interface ApprovalEditorProps {
  args: Values;
  /** Why the server did not take the arguments. */
  problem: Error | null;
  isBusy: boolean;
  onAllow: (args: Values) => void;
  onBack: () => void;
}

/** The arguments of a call as a form, or as JSON. What is wrong with one is said beside it. */
export function ApprovalEditor({ args, problem, isBusy, onAllow, onBack }: ApprovalEditorProps) {
  const [fields, setFields] = useState(() => fieldsOf(args));
  const [json, setJson] = useState<string | null>(null);
  const [wrong, setWrong] = useState<Readonly<Record<string, string>>>({});
  const parts = problem instanceof Problem ? problem.errors : [];

  const edited = (): Values | null => {
    const found: Record<string, string> = {};
    let values = args;
    if (json !== null) values = parsedObject(json, found);
    else {
      for (const field of fields) {
        try {
          values = withValue(values, field.path, typedValue(field));
        } catch (error) {
          found[pointerOf(field.path)] = saying(error);
        }
      }
    }
    setWrong(found);
    return Object.keys(found).length > 0 ? null : values;
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const values = edited();
    if (values) onAllow(values);
  };
  const switchView = () => {
    const values = edited();
    if (!values) return;
    if (json === null) setJson(JSON.stringify(values, null, 2));
    else {
      setFields(fieldsOf(values));
      setJson(null);
    }
  };
  const type = (index: number, text: string) =>
    setFields(fields.map((field, at) => (at === index ? { ...field, text } : field)));
  const isExplained = parts.some((part) => fields.some((field) => isAbout(part, field)));
  return (
    <form className="space-y-4" onSubmit={submit}>
      <div className="flex items-center justify-between gap-2">
        <p className="font-medium text-faint text-xs">{consentTexts.editTitle}</p>
        <Button shape="link" className="-my-2" onClick={switchView}>
          {json === null ? consentTexts.asJson : consentTexts.asFields}
        </Button>
      </div>
      {json !== null ? (
        <Input
          label={consentTexts.json}
          field={{ kind: "json", text: json }}
          problem={wrong[""] ?? (parts.map((part) => part.detail).join(" ") || undefined)}
          rows={8}
          isFirst
          onType={setJson}
        />
      ) : (
        fields.map((field, index) => (
          <Input
            key={pointerOf(field.path)}
            label={labelOf(field.path)}
            field={field}
            problem={wrong[pointerOf(field.path)] ?? parts.find((part) => isAbout(part, field))?.detail}
            isFirst={index === 0}
            onType={(text) => type(index, text)}
          />
        ))
      )}
      {problem && !(isExplained && json === null) && <ProblemNote problem={problem} />}
      <div className="flex flex-wrap gap-2">
        <Button type="submit" shape="primary" disabled={isBusy}>
          {isBusy ? consentTexts.deciding : consentTexts.allowChanged}
        </Button>
        <Button shape="quiet" onClick={onBack}>
          {consentTexts.back}
        </Button>
      </div>
    </form>
  );
}

interface InputProps {
  label: string;
  field: Pick<ArgumentField, "kind" | "text">;
  problem: string | undefined;
  rows?: number;
  isFirst: boolean;
  onType: (text: string) => void;
}

function Input({ label, field, problem, rows = 1, isFirst, onType }: InputProps) {
  const id = useId();
  const shared = {
    id,
    "aria-invalid": problem ? true : undefined,
    "aria-describedby": problem ? `${id}-note` : undefined,
    autoFocus: isFirst,
  };
  return (
    <div className="space-y-1.5">
      <label htmlFor={id} className="block font-medium">
        {label}
      </label>
      {field.kind === "boolean" ? (
        <input
          {...shared}
          type="checkbox"
          checked={field.text === "true"}
          onChange={(event) => onType(String(event.target.checked))}
          className="block size-5 accent-(--color-accent)"
        />
      ) : (
        <textarea
          {...shared}
          value={field.text}
          rows={Math.min(Math.max(rows, field.text.split("\n").length, field.text.length / 70), 12)}
          inputMode={field.kind === "number" ? "decimal" : undefined}
          spellCheck={field.kind === "text"}
          onChange={(event) => onType(event.target.value)}
          className={clsx(
            "w-full rounded-lg border border-edge bg-card px-3 py-2 text-base aria-invalid:border-danger sm:text-sm",
            field.kind === "json" && "font-mono",
          )}
        />
      )}
      {problem && (
        <p id={`${id}-note`} role="alert" className="text-danger">
          {problem}
        </p>
      )}
    </div>
  );
}

function parsedObject(json: string, found: Record<string, string>): Values {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Values;
    found[""] = consentTexts.notObject;
  } catch (error) {
    found[""] = saying(error);
  }
  return {};
}

function saying(error: unknown): string {
  return error instanceof SyntaxError ? consentTexts.notJson(error.message) : consentTexts.notNumber;
}

/** The argument by the words for it: the groups that it stands in say nothing to a person. */
function labelOf(path: readonly string[]): string {
  const [group = "", ...inner] = path;
  const names = inner.length > 0 && (group === "data" || group === "filters") ? inner : path;
  return names.map((name) => consentTexts.conditions[name] ?? name.replaceAll("_", " ")).join(" ");
}

/** The server points into the whole request; of an argument's own members too. */
function isAbout({ pointer }: ProblemPart, field: Pick<ArgumentField, "path">): boolean {
  const own = pointerOf(field.path);
  return pointer.endsWith(own) || pointer.includes(`${own}/`);
}
