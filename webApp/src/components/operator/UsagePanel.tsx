import { costText, countText, type Measure, type UsageEntry } from "@/lib/operatorFigures";
import { operatorTexts } from "@/lib/texts/operator";
import { BarTable } from "./BarTable";
import { Nothing, Panel } from "./Panel";

const say = operatorTexts.usage;

interface UsagePanelProps {
  title: string;
  head: string;
  entries: readonly UsageEntry[];
  measure: Measure;
}

// As many as the server gives: there may be more.
const MOST = 20;

/** Who, or what, used how much; the most of what the bars show first. */
export function UsagePanel({ title, head, entries, measure }: UsagePanelProps) {
  const sorted = entries.toSorted((one, other) => other[measure] - one[measure]);
  return (
    <Panel title={title} {...(entries.length >= MOST && { lead: say.first(entries.length) })}>
      {entries.length === 0 ? (
        <div className="space-y-1">
          <p className="text-sm">{say.empty}</p>
          <Nothing>{say.emptyHint}</Nothing>
        </div>
      ) : (
        <BarTable
          caption={title}
          head={head}
          columns={[say.turns, say.tokens, say.cost]}
          rows={sorted.map((entry) => ({
            key: entry.key,
            name: entry.name,
            value: entry[measure],
            cells: [countText(entry.turns), countText(entry.tokens), costText(entry.cost_usd)],
          }))}
        />
      )}
    </Panel>
  );
}
