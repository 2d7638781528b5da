import { agentTitle } from "@/api/hooks/useAgents";
import {
  useConsents,
  usePreferTool,
  useTakeBackConsent,
  useToolPreferences,
} from "@/api/hooks/useSettingsHooks";
import { settingsTexts } from "@/lib/texts/settings";
import { momentText } from "@/lib/time";
import { Button } from "../ui/Button";
import { Select } from "../ui/Select";
import { Skeleton } from "../ui/Skeleton";
import { Empty, Loaded, Section } from "./Section";

const say = settingsTexts.permissions;
const LIST = "divide-y divide-line rounded-xl border border-line bg-card";
const ITEM = "flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-2.5 text-sm";

export default function PermissionsSettings() {
  return (
    <Section title={say.title} lead={say.lead}>
      <h3 className="font-medium text-sm">{say.always}</h3>
      <Consents />
      <h3 className="pt-2 font-medium text-sm">{say.tools}</h3>
      <Preferences />
    </Section>
  );
}

function Consents() {
  const takeBack = useTakeBackConsent();
  return (
    // As high as what most will read there: that there is nothing yet.
    <Loaded query={useConsents()} placeholder={<Skeleton className="h-24 rounded-xl sm:h-18" />}>
      {(consents) =>
        consents.length === 0 ? (
          <Empty>{say.alwaysEmpty}</Empty>
        ) : (
          <ul className={LIST}>
            {consents.map((consent) => (
              <li key={`${consent.tool_id} ${consent.tool_name}`} className={ITEM}>
                <div className="min-w-40 flex-1">
                  <p className="break-words font-medium">{consent.tool_name}</p>
                  <p className="text-faint text-xs">
                    {consent.agent_name} · {say.since(momentText(consent.created_at))}
                  </p>
                </div>
                <Button
                  aria-label={say.takeBackFor(consent.tool_name)}
                  onClick={() => takeBack.mutate(consent)}
                >
                  {say.takeBack}
                </Button>
              </li>
            ))}
          </ul>
        )
      }
    </Loaded>
  );
}

function Preferences() {
  const prefer = usePreferTool();
  return (
    <Loaded query={useToolPreferences()}>
      {(agents) =>
        agents.length === 0 ? (
          <Empty>{say.toolsEmpty}</Empty>
        ) : (
          agents.map((agent) => (
            <div key={agent.id} className="space-y-2">
              <h4 className="text-soft text-sm">{agentTitle(agent)}</h4>
              <ul className={LIST}>
                {agent.tools.map((tool) => (
                  <li key={tool.id} className={ITEM}>
                    <div className="min-w-40 flex-1">
                      <p className="break-words font-medium">{tool.name}</p>
                      {tool.description && <p className="text-soft text-xs">{tool.description}</p>}
                    </div>
                    <Select
                      aria-label={say.for(tool.name)}
                      value={tool.approval ?? "default"}
                      onChange={({ target: { value } }) =>
                        prefer.mutate({
                          toolId: tool.id,
                          approval: value === "ask" || value === "auto" ? value : null,
                        })
                      }
                    >
                      {(["default", "ask", "auto"] as const).map((choice) => (
                        <option key={choice} value={choice}>
                          {say.choices[choice]}
                        </option>
                      ))}
                    </Select>
                  </li>
                ))}
              </ul>
            </div>
          ))
        )
      }
    </Loaded>
  );
}
