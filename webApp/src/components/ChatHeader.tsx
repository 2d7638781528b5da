import { ChevronDown, Ellipsis } from "lucide-react";
import { type ComponentProps, lazy, Suspense } from "react";
import { useNavigate } from "react-router";
import { agentTitle } from "@/api/hooks/useAgents";
import type { Agent, Chat } from "@/lib/database";
import { texts } from "@/lib/texts";
import { OpenListButton } from "./OpenListButton";
import { Button } from "./ui/Button";
import { Menu } from "./ui/Menu";

const ChatMenu = lazy(() => import("./ChatMenu").then((module) => ({ default: module.ChatMenu })));

interface ChatHeaderProps {
  /** Null while the chat is not in the database. */
  chat: Chat | null;
  agentName: string;
  agents: readonly Agent[];
  onOpenList: () => void;
}

/** Which chat it is and who answers in it; choosing another agent leads to the last chat with that one. */
export function ChatHeader({ chat, agentName, agents, onOpenList }: ChatHeaderProps) {
  const navigate = useNavigate();
  const title = chat?.title || texts.chats.untitled;
  const agent = agents.find((one) => one.agent_name === agentName);
  const name = agent ? agentTitle(agent) : agentName;
  return (
    <header className="flex h-14 shrink-0 items-center gap-1 border-line border-b px-2 md:px-4">
      <OpenListButton onClick={onOpenList} />
      <h1 className="min-w-0 flex-1 truncate px-2 font-medium text-sm">{title}</h1>
      {agents.length > 1 ? (
        <Menu
          trigger={
            <Button shape="quiet" className="max-w-40">
              <span className="sr-only">{texts.chat.agents}: </span>
              <span className="truncate">{name}</span>
              <ChevronDown className="size-4 text-faint" />
            </Button>
          }
          entries={[
            {
              kind: "choice",
              label: texts.chat.agents,
              value: agentName,
              choices: agents.map((one) => ({
                value: one.agent_name,
                label: agentTitle(one),
                hint: one.description,
              })),
              onChoose: (chosen) => chosen !== agentName && navigate(`/agent/${chosen}`),
            },
          ]}
        />
      ) : (
        <span className="max-w-40 truncate px-2 text-faint text-sm">{name}</span>
      )}
      {chat && (
        <Suspense fallback={<MenuButton title={title} disabled />}>
          <ChatMenu chat={chat} isCurrent trigger={<MenuButton title={title} />} />
        </Suspense>
      )}
    </header>
  );
}

function MenuButton({ title, ...props }: { title: string } & ComponentProps<typeof Button>) {
  return (
    <Button shape="icon" aria-label={texts.chats.menu(title)} {...props}>
      <Ellipsis className="size-4" />
    </Button>
  );
}
