import type { Overview } from "@/api/operator";
import { countText, percentText, shareOf, statusesInOrder, sumOf } from "@/lib/operatorFigures";
import { operatorTexts } from "@/lib/texts/operator";
import { BarTable, type Tone, toneClass } from "./BarTable";
import { Nothing, Panel } from "./Panel";

const say = operatorTexts.day;

/** How the turns of the last 24 hours ended, and with which errors. */
export function DayPanel({ overview }: { overview: Overview }) {
  const { turns_last_day: turns, errors } = overview;
  const all = sumOf(turns);
  const statuses = statusesInOrder(turns);
  return (
    <Panel title={say.title}>
      {all === 0 ? (
        <Nothing>{say.empty}</Nothing>
      ) : (
        <div className="space-y-5">
          <div aria-hidden="true" className="flex h-3 gap-0.5 overflow-hidden rounded-full">
            {statuses.map(([status, count]) => (
              <span
                key={status}
                style={{ flexGrow: count }}
                className={`min-w-1 ${toneClass(toneOf(status))}`}
              />
            ))}
          </div>
          <BarTable
            caption={say.title}
            head={say.status}
            columns={[say.turns, say.share]}
            rows={statuses.map(([status, count]) => ({
              key: status,
              name: say.statuses[status] ?? status,
              value: count,
              cells: [countText(count), percentText(shareOf(count, all) ?? 0)],
              tone: toneOf(status),
            }))}
          />
          {errors.length === 0 ? (
            <Nothing>{say.noErrors}</Nothing>
          ) : (
            <BarTable
              caption={say.errors}
              head={say.code}
              columns={[say.turns]}
              rows={errors.map(({ code, turns: count }) => ({
                key: code,
                name: code,
                value: count,
                cells: [countText(count)],
                tone: "bad",
              }))}
            />
          )}
        </div>
      )}
    </Panel>
  );
}

function toneOf(status: string): Tone {
  if (status === "failed" || status === "interrupted") return "bad";
  return status === "completed" ? "good" : "quiet";
}
