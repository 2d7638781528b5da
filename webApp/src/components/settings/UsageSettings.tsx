import { useState } from "react";
import { USAGE_DAYS, useUsage } from "@/api/hooks/useSettingsHooks";
import { settingsTexts } from "@/lib/texts/settings";
import { lastDays, sumBy, type UsageRow, type UsageSum } from "@/lib/usageChart";
import { BarChart } from "../BarChart";
import { Select } from "../ui/Select";
import { Skeleton } from "../ui/Skeleton";
import { Empty, Loaded, Section } from "./Section";

const say = settingsTexts.usage;
type Measure = "tokens" | "cost";

export default function UsageSettings() {
  return (
    <Section title={say.title} lead={say.lead}>
      <Loaded query={useUsage()} placeholder={<ChartPlace />}>
        {(rows) => (rows.length === 0 ? <Empty>{say.empty}</Empty> : <Usage rows={rows} />)}
      </Loaded>
    </Section>
  );
}

function ChartPlace() {
  return (
    <>
      <Skeleton className="h-10 w-24" />
      <Skeleton className="h-60 rounded-xl" />
      <Skeleton className="h-36 rounded-xl" />
    </>
  );
}

function Usage({ rows }: { rows: UsageRow[] }) {
  const [measure, setMeasure] = useState<Measure>("tokens");
  const byDay = sumBy(rows, "day");
  const byAgent = [...sumBy(rows, "agent_name").values()].sort((one, other) => other.tokens - one.tokens);
  const bars = lastDays(USAGE_DAYS, new Date()).map((day) => ({
    label: dayText(day),
    value: byDay.get(day)?.[measure] ?? 0,
  }));
  return (
    <>
      <Select
        aria-label={say.measure}
        value={measure}
        onChange={(event) => setMeasure(event.target.value as Measure)}
      >
        <option value="tokens">{say.measures.tokens}</option>
        <option value="cost">{say.measures.cost}</option>
      </Select>
      <BarChart
        label={say.chart(say.measures[measure])}
        bars={bars}
        valueText={measure === "cost" ? costText : countText}
      />
      <UsageTable title={say.byAgent} head={say.agent} sums={byAgent} />
      <UsageTable
        title={say.byDay}
        head={say.day}
        sums={[...byDay.values()].reverse().map((sum) => ({ ...sum, key: dayText(sum.key) }))}
      />
    </>
  );
}

function UsageTable({ title, head, sums }: { title: string; head: string; sums: UsageSum[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <div className="max-h-96 overflow-auto rounded-xl border border-line bg-card" tabIndex={0}>
      <table className="w-full text-left text-sm">
        <caption className="px-2.5 py-2.5 sm:px-4 text-left font-medium">{title}</caption>
        <thead className="bg-sunken text-soft">
          <tr>
            <th scope="col" className="px-2.5 py-1.5 sm:px-4 font-medium">
              {head}
            </th>
            {[say.turns, say.tokens, say.cost].map((name) => (
              <th key={name} scope="col" className="px-2.5 py-1.5 sm:px-4 text-right font-medium">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sums.map((sum) => (
            <tr key={sum.key} className="border-line border-t">
              <th scope="row" className="px-2.5 py-1.5 sm:px-4 font-normal">
                {sum.key}
              </th>
              {[countText(sum.runs), countText(sum.tokens), costText(sum.cost)].map((text, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a row's cells stay where they are
                <td key={index} className="px-2.5 py-1.5 sm:px-4 text-right tabular-nums">
                  {text}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function countText(count: number): string {
  return count.toLocaleString();
}

function costText(cost: number): string {
  return cost.toLocaleString(undefined, { style: "currency", currency: "USD", maximumFractionDigits: 4 });
}

function dayText(day: string): string {
  const shape = { day: "numeric", month: "short", timeZone: "UTC" } as const;
  return new Date(day).toLocaleDateString(undefined, shape);
}
