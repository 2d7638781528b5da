import {
  Archive,
  ArchiveRestore,
  ClipboardCopy,
  Download,
  Keyboard,
  type LucideIcon,
  MessageSquare,
  Monitor,
  Moon,
  PenLine,
  Square,
  SquarePen,
  Sun,
} from "lucide-react";
import { useNavigate } from "react-router";
import { agentTitle, useAgents } from "@/api/hooks/useAgents";
import { useChat, useStopRun } from "@/api/hooks/useChatApiHooks";
import { useArchiveChat } from "@/api/hooks/useChatChanges";
import { useChatList } from "@/api/hooks/useChatListHooks";
import { useExportChat } from "@/api/hooks/useExportChat";
import type { Chat } from "@/lib/database";
import { texts } from "@/lib/texts";
import { paletteTexts } from "@/lib/texts/palette";
import { useLiveRun } from "@/stores/useLiveRunStore";
import { useThemeStore } from "@/stores/useThemeStore";
import { useNavEntries } from "./useNavEntries";

export interface PaletteEntry {
  id: string;
  group: keyof typeof paletteTexts.groups;
  label: string;
  icon: LucideIcon;
  onChoose: () => void;
}

const THEMES = [
  ["system", Monitor],
  ["light", Sun],
  ["dark", Moon],
] as const;

// What a chat is that nobody has looked up yet: its id is all that its actions need until then.
const NO_CHAT: Chat = {
  id: "",
  agent_name: "",
  title: null,
  is_archived: false,
  is_pinned: false,
  tags: [],
  created_at: "",
  last_message_at: null,
  forked_from: null,
  forked_before: null,
};

interface PaletteOptions {
  currentChatId: string | null;
  /** What is typed: chats are looked for by it in the database too. */
  words: string;
  onRename: (chat: Chat) => void;
  onShowShortcuts: () => void;
}

/** Everything that one can go to or do from here. */
export function usePaletteEntries(options: PaletteOptions): {
  entries: PaletteEntry[];
  isSearching: boolean;
} {
  const { currentChatId, words, onRename, onShowShortcuts } = options;
  const navigate = useNavigate();
  const agents = useAgents().data ?? [];
  const pages = useNavEntries();
  const setTheme = useThemeStore((state) => state.setTheme);
  // By a few letters among those that are here; by whole words among all there are.
  const here = useChatList({ isArchived: false, search: "", tag: null });
  const list = useChatList({ isArchived: false, search: words, tag: null });
  const chats = new Map([...here.chats, ...list.chats].map((chat) => [chat.id, chat]));
  const actions = useChatEntries(currentChatId, onRename);
  const entries: PaletteEntry[] = [
    ...actions,
    ...[...chats.values()].map((chat) => ({
      id: `chat-${chat.id}`,
      group: "chats" as const,
      label: chat.title || texts.chats.untitled,
      icon: MessageSquare,
      onChoose: () => navigate(`/chat/${chat.id}`),
    })),
    ...agents.map((agent) => ({
      id: `agent-${agent.agent_name}`,
      group: "agents" as const,
      label: agentTitle(agent),
      icon: SquarePen,
      onChoose: () => navigate(`/new/${agent.agent_name}`),
    })),
    ...pages.map(({ path, label, icon }) => ({
      id: `page-${path}`,
      group: "pages" as const,
      label,
      icon,
      onChoose: () => navigate(path),
    })),
    ...THEMES.map(([theme, icon]) => ({
      id: `theme-${theme}`,
      group: "app" as const,
      label: paletteTexts.theme(texts.account.themes[theme]),
      icon,
      onChoose: () => setTheme(theme),
    })),
    {
      id: "shortcuts",
      group: "app",
      label: paletteTexts.shortcuts,
      icon: Keyboard,
      onChoose: onShowShortcuts,
    },
  ];
  return { entries, isSearching: list.isPlaceholderData || list.isPending };
}

/** What can be done with the chat that is open. */
function useChatEntries(chatId: string | null, onRename: (chat: Chat) => void): PaletteEntry[] {
  const navigate = useNavigate();
  const { data } = useChat(chatId ?? "", { enabled: chatId !== null });
  const chat = data ?? NO_CHAT;
  const run = useLiveRun(chat.id);
  const stop = useStopRun(chat.id);
  const archive = useArchiveChat();
  const { copyAsMarkdown, downloadAsJson } = useExportChat(chat);
  if (!data) return [];
  const putAway = () => {
    archive(chat, !chat.is_archived);
    if (!chat.is_archived) navigate(`/new/${chat.agent_name}`);
  };
  const entry = (id: string, label: string, icon: LucideIcon, onChoose: () => void): PaletteEntry => ({
    id,
    group: "actions",
    label,
    icon,
    onChoose,
  });
  return [
    ...(run && !run.end ? [entry("stop", paletteTexts.stop, Square, () => stop(run.runId))] : []),
    entry("rename", texts.chats.rename, PenLine, () => onRename(chat)),
    entry(
      "archive",
      chat.is_archived ? texts.chats.unarchive : texts.chats.archive,
      chat.is_archived ? ArchiveRestore : Archive,
      putAway,
    ),
    entry("markdown", texts.chats.copyMarkdown, ClipboardCopy, copyAsMarkdown),
    entry("json", texts.chats.downloadJson, Download, downloadAsJson),
  ];
}
