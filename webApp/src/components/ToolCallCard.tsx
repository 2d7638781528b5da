import clsx from "clsx";
import { Check, ChevronRight, CircleAlert, CircleDashed } from "lucide-react";
import { memo, useMemo } from "react";
import type { ToolEntry } from "@/lib/messages";
import { texts } from "@/lib/texts";
import { durationText } from "@/lib/time";
import { cellText, readToolResult, type ToolResult } from "@/lib/toolResult";
import { Fields } from "./Fields";
import { RowsTable } from "./RowsTable";

/** What the agent did: a line that says it, and behind it what was asked for and what came back. */
export const ToolCallCard = memo(function ToolCallCard({ call }: { call: ToolEntry }) {
  const result = useMemo(() => (call.result === null ? null : readToolResult(call.result)), [call.result]);
  return (
    <details className="group rounded-xl border border-line bg-card text-sm">
      <summary className="flex min-h-10 list-none items-center gap-2.5 rounded-xl px-3 py-2 hover:bg-hover group-open:rounded-b-none [&::-webkit-details-marker]:hidden">
        <StatusIcon status={call.status} />
        <span className="min-w-0 flex-1 truncate">
          <span className="font-medium">{toolTitle(call.name)}</span>
          <span className={clsx("ml-2", call.status === "error" ? "text-danger" : "text-faint")}>
            {outcomeText(call, result)}
          </span>
        </span>
        {call.durationMs !== null && (
          <span className="shrink-0 text-faint text-xs tabular-nums">{durationText(call.durationMs)}</span>
        )}
        <ChevronRight
          aria-hidden="true"
          className="size-4 shrink-0 text-faint transition-transform group-open:rotate-90"
        />
      </summary>
      <div className="space-y-4 border-line border-t px-3 py-3">
        <Section title={texts.tool.arguments}>
          <Fields fields={argumentFields(call.arguments)} empty={texts.tool.noArguments} />
        </Section>
        {result && (
          <Section title={texts.tool.result}>
            <Result result={result} isError={call.status === "error"} />
          </Section>
        )}
      </div>
    </details>
  );
});

function Section({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <div>
      <p className="mb-1.5 font-medium text-faint text-xs">{title}</p>
      {children}
    </div>
  );
}

function StatusIcon({ status }: { status: ToolEntry["status"] }) {
  if (status === "error") return <CircleAlert aria-hidden="true" className="size-4 shrink-0 text-danger" />;
  if (status === "open") return <CircleDashed aria-hidden="true" className="size-4 shrink-0 text-faint" />;
  return <Check aria-hidden="true" className="size-4 shrink-0 text-accent" />;
}

function Result({ result, isError }: { result: ToolResult; isError: boolean }) {
  if (result.text !== null) {
    return <p className={clsx("whitespace-pre-wrap break-words", isError && "text-danger")}>{result.text}</p>;
  }
  if (result.verb === "count") return <p>{texts.tool.outcome.count(result.count ?? 0)}</p>;
  if (result.rows.length === 0) return <p className="text-faint">{texts.tool.noRows}</p>;
  const [row] = result.rows;
  if (row && result.rows.length === 1) {
    return <Fields fields={Object.entries(row).map(([name, value]) => [name, cellText(value)])} />;
  }
  return <RowsTable rows={result.rows} hasMore={result.hasMore} />;
}

/** `create_task` as `Create task`. */
function toolTitle(name: string): string {
  const words = name.replaceAll("_", " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function outcomeText(call: ToolEntry, result: ToolResult | null): string {
  if (call.status === "open") return texts.tool.open;
  if (call.status === "error") return texts.tool.failed;
  return result?.verb ? texts.tool.outcome[result.verb](result.count ?? 0) : "";
}

/** The arguments one by one; those in groups (`filters`, `data`) come out of them. */
function argumentFields(args: Record<string, unknown>): [string, string][] {
  return Object.entries(args).flatMap(([name, value]): [string, string][] => {
    const isGroup = typeof value === "object" && value !== null && !Array.isArray(value);
    return isGroup
      ? Object.entries(value).map(([inner, one]) => [inner, cellText(one)])
      : [[name, cellText(value)]];
  });
}
