import clsx from "clsx";
import { Check, ChevronRight, CircleAlert, CircleDashed, LoaderCircle } from "lucide-react";
import { type MouseEvent, memo, useEffect, useMemo, useState } from "react";
import type { ToolEntry } from "@/lib/messages";
import { texts } from "@/lib/texts";
import { turnTexts } from "@/lib/texts/turn";
import { durationText } from "@/lib/time";
import { argumentFields, toolTitle } from "@/lib/toolName";
import { cellText, readToolResult, type ToolResult } from "@/lib/toolResult";
import { Fields } from "./Fields";
import { RowsTable } from "./RowsTable";

// Most calls take less: a card that opens and closes at once would only be in the way.
const OPEN_AFTER_MILLISECONDS = 700;

interface ToolCallCardProps {
  call: ToolEntry;
  /** The turn waits for a person: a call without a result is what it waits for. */
  isAsking?: boolean | undefined;
}

/**
 * What the agent did: a line that says it, and behind it what was asked for and what came back. It is open while the
 * call runs, if that takes a while, and until somebody says otherwise.
 */
export const ToolCallCard = memo(function ToolCallCard({ call, isAsking = false }: ToolCallCardProps) {
  const result = useMemo(() => (call.result === null ? null : readToolResult(call.result)), [call.result]);
  const [chosen, setChosen] = useState<boolean | null>(null);
  const isLasting = useIsLasting(call.status === "running");
  const isOpen = chosen ?? isLasting;
  const toggle = (event: MouseEvent) => {
    event.preventDefault();
    setChosen(!isOpen);
  };
  return (
    <details open={isOpen} className="group rounded-xl border border-line bg-card text-sm">
      {/* biome-ignore lint/a11y/noStaticElementInteractions: a summary is the button of its details, by keyboard too */}
      <summary
        onClick={toggle}
        className="flex min-h-10 list-none items-center gap-2.5 rounded-xl px-3 py-2 hover:bg-hover group-open:rounded-b-none [&::-webkit-details-marker]:hidden"
      >
        <StatusIcon status={call.status} />
        <span className="min-w-0 flex-1 truncate">
          <span className="font-medium">{toolTitle(call.name)}</span>
          <span className={clsx("ml-2", call.status === "error" ? "text-danger" : "text-faint")}>
            {isAsking && call.status === "open" ? turnTexts.asking : outcomeText(call, result)}
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
          <Fields fields={argumentTexts(call)} empty={texts.tool.noArguments} />
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

/** Whether it has been so for a while. */
function useIsLasting(isNow: boolean): boolean {
  const [isLasting, setIsLasting] = useState(false);
  useEffect(() => {
    if (!isNow) return;
    const timer = setTimeout(() => setIsLasting(true), OPEN_AFTER_MILLISECONDS);
    return () => {
      clearTimeout(timer);
      setIsLasting(false);
    };
  }, [isNow]);
  return isNow && isLasting;
}

function StatusIcon({ status }: { status: ToolEntry["status"] }) {
  if (status === "error") return <CircleAlert aria-hidden="true" className="size-4 shrink-0 text-danger" />;
  if (status === "running") {
    return <LoaderCircle aria-hidden="true" className="size-4 shrink-0 animate-spin text-accent" />;
  }
  if (status === "open") return <CircleDashed aria-hidden="true" className="size-4 shrink-0 text-faint" />;
  return <Check aria-hidden="true" className="size-4 shrink-0 text-accent" />;
}

/** What a tool gave back: a text, a row by its columns, rows as a table. */
export function Result({ result, isError }: { result: ToolResult; isError: boolean }) {
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

function outcomeText(call: ToolEntry, result: ToolResult | null): string {
  if (call.status === "running") return call.asked ? texts.tool.asks(call.asked) : texts.tool.running;
  if (call.status === "open") return texts.tool.open;
  if (call.status === "error") return texts.tool.failed;
  return result?.verb ? texts.tool.outcome[result.verb](result.count ?? 0) : "";
}

function argumentTexts(call: ToolEntry): [string, string][] {
  return argumentFields(call.arguments).map(([name, value]) => [name, cellText(value)]);
}
