import type { ActionOutcome } from "@/api/inbox";
import { Result } from "@/components/ToolCallCard";
import { outcomeSaying, resultText } from "@/lib/inboxOutcome";
import { approvalsTexts } from "@/lib/texts/approvals";
import { readToolResult } from "@/lib/toolResult";

/** What a call that was allowed has given: how much it did in a few words, and behind them the rows. */
export function OutcomeView({ outcome }: { outcome: Pick<ActionOutcome, "status" | "result"> }) {
  const text = resultText(outcome.result);
  if (text === null) return null;
  const result = readToolResult(text);
  const isError = outcome.status === "failed";
  if (result.text !== null || isError) return <Result result={result} isError={isError} />;
  return (
    <details className="group">
      <summary className="w-fit rounded-lg py-1 font-medium marker:text-faint">
        {outcomeSaying(result) ?? approvalsTexts.after.result}
      </summary>
      <div className="pt-2">
        <Result result={result} isError={false} />
      </div>
    </details>
  );
}
