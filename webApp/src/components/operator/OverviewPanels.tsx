import { useState } from "react";
import type { Overview } from "@/api/operator";
import {
  costText,
  countText,
  failedTurns,
  type Measure,
  type PeriodDays,
  percentText,
  type Sample,
  sumOf,
  usageEntry,
} from "@/lib/operatorFigures";
import { operatorTexts } from "@/lib/texts/operator";
import { momentText } from "@/lib/time";
import { UsageControls } from "./Controls";
import { DayPanel } from "./DayPanel";
import { type Figure, Figures } from "./Figures";
import { LineChart } from "./LineChart";
import { Panel } from "./Panel";
import { JobsPanel, ServerFigures, ToolsPanel } from "./ServerPanels";
import { UsagePanel } from "./UsagePanel";

interface OverviewPanelsProps {
  overview: Overview;
  samples: readonly Sample[];
  days: PeriodDays;
  onDaysChange: (days: PeriodDays) => void;
}

const { live, usage, server: say } = operatorTexts;

/** All that the server tells: now, the last day, the period that was chosen, and of the one server that answered. */
export function OverviewPanels({ overview, samples, days, onDaysChange }: OverviewPanelsProps) {
  const [measure, setMeasure] = useState<Measure>("cost_usd");
  const { agents, users, server } = overview;
  return (
    <div className="space-y-6">
      <Figures figures={figuresNow(overview, days)} className="grid-cols-2 xl:grid-cols-4" />
      <div className="grid items-start gap-6 lg:grid-cols-2">
        <Panel title={live.title} lead={live.lead}>
          <LineChart samples={samples} />
        </Panel>
        <DayPanel overview={overview} />
      </div>
      <UsageControls days={days} onDaysChange={onDaysChange} measure={measure} onMeasureChange={setMeasure} />
      <div className="grid items-start gap-6 lg:grid-cols-2">
        <UsagePanel
          title={usage.agents}
          head={usage.agent}
          measure={measure}
          entries={agents.map((used) =>
            usageEntry(used.agent_name ?? "", used.agent_name ?? usage.private, used),
          )}
        />
        <UsagePanel
          title={usage.users}
          head={usage.user}
          measure={measure}
          entries={users.map((used) => usageEntry(used.user_id, used.email ?? usage.unknown, used))}
        />
      </div>
      <div className="space-y-1 pt-4">
        <h2 className="font-semibold">{say.title}</h2>
        <p className="text-soft text-sm">{say.lead(momentText(server.started_at))}</p>
      </div>
      <ServerFigures server={server} />
      <div className="grid items-start gap-6 lg:grid-cols-2">
        <ToolsPanel tools={server.slowest_tools} />
        <JobsPanel jobs={server.jobs} />
      </div>
    </div>
  );
}

// Above this somebody should look: the share that the example of an alert in observability.md has too.
const BAD_ERROR_RATE = 0.05;

function figuresNow(overview: Overview, days: PeriodDays): Figure[] {
  const { now, periods } = operatorTexts;
  const { turns_last_day: turns, error_rate: rate, agents, users } = overview;
  // Each list is of the dearest: the one that leaves out less is nearer to all.
  const cost = Math.max(costOf(agents), costOf(users));
  return [
    { label: now.running, value: countText(overview.running), hint: now.runningHint },
    { label: now.waiting, value: countText(overview.waiting), hint: now.waitingHint },
    {
      label: now.errors,
      value: sumOf(turns) === 0 ? say.none : percentText(rate),
      hint: now.errorsHint(failedTurns(turns), sumOf(turns)),
      isBad: rate > BAD_ERROR_RATE,
    },
    { label: now.cost, value: costText(cost), hint: now.costHint(periods[days]) },
  ];
}

function costOf(used: readonly { cost_usd: number }[]): number {
  return used.reduce((sum, { cost_usd }) => sum + cost_usd, 0);
}
