import {
  Archive,
  ArchiveRestore,
  ClipboardCopy,
  Download,
  FileText,
  PenLine,
  Pin,
  PinOff,
  Tag,
  Trash2,
} from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useNavigate } from "react-router";
import { useArchiveChat, useChangeChatMutation, useDeleteChat } from "@/api/hooks/useChatChanges";
import { useExportChat } from "@/api/hooks/useExportChat";
import type { Chat } from "@/lib/database";
import { texts } from "@/lib/texts";
import { chatTexts } from "@/lib/texts/chat";
import { Menu, type MenuEntry, type MenuProps } from "./ui/Menu";

const RenameChatDialog = lazy(() => import("./RenameChatDialog"));
const ChatTagsDialog = lazy(() => import("./ChatTagsDialog"));

interface ChatMenuProps {
  chat: Chat;
  /** It is the open one: putting it away leads to a new one. */
  isCurrent: boolean;
  trigger: MenuProps["trigger"];
}

/** What can be done with a chat. */
export function ChatMenu({ chat, isCurrent, trigger }: ChatMenuProps) {
  const [opened, setOpened] = useState<"name" | "tags" | null>(null);
  const navigate = useNavigate();
  const { mutate: change } = useChangeChatMutation();
  const archive = useArchiveChat();
  const deleteChat = useDeleteChat();
  const { copyAsMarkdown, downloadAsMarkdown, downloadAsJson } = useExportChat(chat);
  const close = () => setOpened(null);
  const leave = () => {
    if (isCurrent) navigate(`/new/${chat.agent_name}`);
  };
  const archiveOrBack = () => {
    archive(chat, !chat.is_archived);
    if (!chat.is_archived) leave();
  };
  const deleteWithUndo = () => {
    deleteChat(chat.id);
    leave();
  };
  const pin: MenuEntry = {
    kind: "action",
    label: chat.is_pinned ? chatTexts.unpin : chatTexts.pin,
    icon: chat.is_pinned ? PinOff : Pin,
    onSelect: () => change({ chat, change: { is_pinned: !chat.is_pinned } }),
  };
  const entries: MenuEntry[] = [
    // In the archive nothing is on top.
    ...(chat.is_archived ? [] : [pin]),
    { kind: "action", label: texts.chats.rename, icon: PenLine, onSelect: () => setOpened("name") },
    { kind: "action", label: chatTexts.tags, icon: Tag, onSelect: () => setOpened("tags") },
    {
      kind: "action",
      label: chat.is_archived ? texts.chats.unarchive : texts.chats.archive,
      icon: chat.is_archived ? ArchiveRestore : Archive,
      onSelect: archiveOrBack,
    },
    "line",
    { kind: "action", label: texts.chats.copyMarkdown, icon: ClipboardCopy, onSelect: copyAsMarkdown },
    { kind: "action", label: chatTexts.downloadMarkdown, icon: FileText, onSelect: downloadAsMarkdown },
    { kind: "action", label: texts.chats.downloadJson, icon: Download, onSelect: downloadAsJson },
    "line",
    { kind: "action", label: texts.chats.delete, icon: Trash2, isDangerous: true, onSelect: deleteWithUndo },
  ];
  return (
    <>
      <Menu trigger={trigger} entries={entries} />
      <Suspense fallback={null}>
        {opened === "name" && <RenameChatDialog chat={chat} onClose={close} />}
        {opened === "tags" && <ChatTagsDialog chat={chat} onClose={close} />}
      </Suspense>
    </>
  );
}
