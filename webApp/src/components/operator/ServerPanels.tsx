import { Check, CircleAlert, CircleDashed, type LucideIcon } from "lucide-react";
import type { Overview } from "@/api/operator";
import { countText, percentText, shareOf } from "@/lib/operatorFigures";
import { operatorTexts } from "@/lib/texts/operator";
import { durationText, momentText } from "@/lib/time";
import { toolTitle } from "@/lib/toolName";
import { BarTable } from "./BarTable";
import { type Figure, Figures } from "./Figures";
import { Nothing, Panel } from "./Panel";

type Server = Overview["server"];

// As the server calls what it does not tell apart: agents and tools of users.
const PRIVATE = "private";

/** The server that answered: its turns, its cache, its connections. */
export function ServerFigures({ server }: { server: Server }) {
  const say = operatorTexts.server;
  const { executor_hits: hits, executor_misses: misses } = server;
  const share = shareOf(hits, hits + misses);
  const used = server.database_connections - server.database_connections_available;
  const figures: Figure[] = [
    { label: say.live, value: countText(server.live_runs), hint: say.liveHint },
    {
      label: say.cache,
      value: share === null ? say.none : percentText(share),
      hint: say.cacheHint(hits, misses),
    },
    {
      label: say.cached,
      value: countText(server.executors),
      hint: say.cachedHint(server.executor_evictions),
    },
    {
      label: say.connections,
      value: say.connectionsOf(used, server.database_connections),
      hint: say.connectionsHint(server.database_requests_waiting),
      isBad: server.database_requests_waiting > 0,
    },
  ];
  return <Figures figures={figures} className="sm:grid-cols-2 xl:grid-cols-4" />;
}

export function ToolsPanel({ tools }: { tools: Server["slowest_tools"] }) {
  const say = operatorTexts.tools;
  return (
    <Panel title={say.title}>
      {tools.length === 0 ? (
        <Nothing>{say.empty}</Nothing>
      ) : (
        <BarTable
          caption={say.title}
          head={say.tool}
          columns={[say.mean, say.calls]}
          rows={tools.map(({ agent_name, tool_name, mean_ms, calls }) => ({
            key: `${agent_name} ${tool_name}`,
            name: tool_name === PRIVATE ? say.private : say.of(tool_name, agent_name),
            value: mean_ms,
            cells: [durationText(mean_ms), countText(calls)],
          }))}
        />
      )}
    </Panel>
  );
}

const OUTCOMES: Record<Server["jobs"][number]["outcome"], [LucideIcon, string]> = {
  done: [Check, "text-accent"],
  skipped: [CircleDashed, "text-faint"],
  failed: [CircleAlert, "text-danger"],
};

export function JobsPanel({ jobs }: { jobs: Server["jobs"] }) {
  const say = operatorTexts.jobs;
  return (
    <Panel title={say.title} lead={say.lead}>
      {jobs.length === 0 ? (
        <Nothing>{say.empty}</Nothing>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <div className="-mx-1 overflow-x-auto px-1" tabIndex={0}>
          <table className="w-full text-left text-sm">
            <caption className="sr-only">{say.title}</caption>
            <thead>
              <tr className="whitespace-nowrap text-faint text-xs">
                {[say.job, say.outcome].map((name) => (
                  <th key={name} scope="col" className="pr-3 pb-1.5 font-normal">
                    {name}
                  </th>
                ))}
                {[say.rows, say.took, say.failures].map((name) => (
                  <th key={name} scope="col" className="pb-1.5 pl-3 text-right font-normal">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {jobs.map((job) => (
                <Job key={job.name} job={job} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}

function Job({ job }: { job: Server["jobs"][number] }) {
  const [Icon, colour] = OUTCOMES[job.outcome];
  return (
    <tr className="border-line border-t align-top">
      <th scope="row" className="min-w-24 py-1.5 pr-3 font-normal">
        {toolTitle(job.name)}
      </th>
      <td className="min-w-24 py-1.5 pr-3">
        <span className="flex items-center gap-1.5">
          <Icon aria-hidden="true" className={`size-3.5 shrink-0 ${colour}`} />
          {operatorTexts.jobs.outcomes[job.outcome]}
        </span>
        <time dateTime={job.ran_at} className="block text-faint text-xs">
          {momentText(job.ran_at)}
        </time>
      </td>
      {[countText(job.rows), durationText(job.duration_ms), countText(job.failures)].map((text, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row's cells stay where they are
        <td key={index} className="whitespace-nowrap py-1.5 pl-3 text-right tabular-nums">
          {text}
        </td>
      ))}
    </tr>
  );
}
