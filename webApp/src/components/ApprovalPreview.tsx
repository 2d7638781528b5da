import clsx from "clsx";
import { ArrowRight } from "lucide-react";
import { useMemo } from "react";
import { foreseen, rowTitle } from "@/lib/approval";
import type { Action } from "@/lib/database";
import { texts } from "@/lib/texts";
import { consentTexts } from "@/lib/texts/consent";
import { argumentFields } from "@/lib/toolName";
import { cellText } from "@/lib/toolResult";
import { Fields } from "./Fields";
import { RowsTable } from "./RowsTable";

type Values = Record<string, unknown>;

/** What the call would do: before and after of what it changes, the rows that it deletes, the values that it saves. */
export function ApprovalPreview({ action }: { action: Pick<Action, "preview" | "arguments"> }) {
  const seen = useMemo(() => foreseen(action.preview), [action.preview]);
  switch (seen.kind) {
    case "update":
      return (
        <Part title={consentTexts.changes}>
          <div className="space-y-3">
            {seen.rows.map((row, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: what was foreseen stays as it is
              <Difference key={index} row={row} changes={seen.changes} />
            ))}
          </div>
          {seen.hasMore && <p className="pt-2 text-faint">{consentTexts.moreRows(seen.count)}</p>}
        </Part>
      );
    case "delete":
      return (
        <Part title={consentTexts.deletes(seen.count)} isGrave>
          {seen.rows.length === 1 && seen.rows[0] ? (
            <Values values={seen.rows[0]} />
          ) : (
            <RowsTable rows={seen.rows} hasMore={seen.hasMore} />
          )}
        </Part>
      );
    case "create":
      return (
        <Part title={consentTexts.creates}>
          {seen.rows.length === 1 && seen.rows[0] ? (
            <Values values={seen.rows[0]} />
          ) : (
            <RowsTable rows={seen.rows} hasMore={false} />
          )}
        </Part>
      );
    case "nothing":
      return <p className="text-soft">{consentTexts.noRows}</p>;
    case "unknown":
      return (
        <Part title={consentTexts.calls}>
          <Fields
            fields={argumentFields(action.arguments as Values).map(([name, value]) => [
              name,
              cellText(value),
            ])}
            empty={consentTexts.noArguments}
          />
        </Part>
      );
  }
}

interface PartProps {
  title: string;
  /** Nothing brings back what goes. */
  isGrave?: boolean;
  children: React.ReactNode;
}

function Part({ title, isGrave, children }: PartProps) {
  return (
    <div>
      <p className={clsx("mb-1.5 font-medium text-xs", isGrave ? "text-danger" : "text-faint")}>{title}</p>
      {children}
    </div>
  );
}

function Values({ values }: { values: Values }) {
  return <Fields fields={Object.entries(values).map(([name, value]) => [name, cellText(value)])} />;
}

/** One row: each value that would be another one, as it is and as it would be. */
function Difference({ row, changes }: { row: Values; changes: Values }) {
  const title = rowTitle(row);
  return (
    <div>
      {title && <p className="mb-1 truncate font-medium">{title}</p>}
      <dl className="space-y-1">
        {Object.entries(changes).map(([column, value]) => (
          <div key={column} className="grid grid-cols-[minmax(5rem,8rem)_1fr] gap-x-4">
            <dt className="truncate text-soft">{column.replaceAll("_", " ")}</dt>
            <dd className="flex min-w-0 flex-wrap items-center gap-x-2">
              <Shown value={row[column]} label={consentTexts.before} className="text-faint line-through" />
              <ArrowRight aria-hidden="true" className="size-3.5 shrink-0 text-faint" />
              <Shown value={value} label={consentTexts.after} className="font-medium" />
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function Shown({ value, label, className }: { value: unknown; label: string; className: string }) {
  const text = typeof value === "boolean" ? (value ? texts.tool.yes : texts.tool.no) : cellText(value);
  return (
    <span className="min-w-0 break-words">
      <span className="sr-only">{label}: </span>
      <span className={text ? className : "text-faint italic"}>{text || consentTexts.nothing}</span>
    </span>
  );
}
