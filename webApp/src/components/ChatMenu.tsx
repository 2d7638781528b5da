import { Archive, ArchiveRestore, ClipboardCopy, Download, PenLine, Trash2 } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useNavigate } from "react-router";
import { useArchiveChatMutation, useDeleteChat } from "@/api/hooks/useChatListHooks";
import { useExportChat } from "@/api/hooks/useExportChat";
import type { Chat } from "@/lib/database";
import { texts } from "@/lib/texts";
import { Menu, type MenuEntry, type MenuProps } from "./ui/Menu";

const RenameChatDialog = lazy(() => import("./RenameChatDialog"));

interface ChatMenuProps {
  chat: Chat;
  /** It is the open one: putting it away leads to a new one. */
  isCurrent: boolean;
  trigger: MenuProps["trigger"];
}

/** What can be done with a chat. */
export function ChatMenu({ chat, isCurrent, trigger }: ChatMenuProps) {
  const [isRenaming, setIsRenaming] = useState(false);
  const navigate = useNavigate();
  const archive = useArchiveChatMutation();
  const deleteChat = useDeleteChat();
  const { copyAsMarkdown, downloadAsJson } = useExportChat(chat);
  const leave = () => {
    if (isCurrent) navigate(`/new/${chat.agent_name}`);
  };
  const archiveOrBack = () => {
    archive.mutate({ id: chat.id, isArchived: !chat.is_archived });
    if (!chat.is_archived) leave();
  };
  const deleteWithUndo = () => {
    deleteChat(chat.id);
    leave();
  };
  const entries: MenuEntry[] = [
    { kind: "action", label: texts.chats.rename, icon: PenLine, onSelect: () => setIsRenaming(true) },
    {
      kind: "action",
      label: chat.is_archived ? texts.chats.unarchive : texts.chats.archive,
      icon: chat.is_archived ? ArchiveRestore : Archive,
      onSelect: archiveOrBack,
    },
    "line",
    { kind: "action", label: texts.chats.copyMarkdown, icon: ClipboardCopy, onSelect: copyAsMarkdown },
    { kind: "action", label: texts.chats.downloadJson, icon: Download, onSelect: downloadAsJson },
    "line",
    { kind: "action", label: texts.chats.delete, icon: Trash2, isDangerous: true, onSelect: deleteWithUndo },
  ];
  return (
    <>
      <Menu trigger={trigger} entries={entries} />
      {isRenaming && (
        <Suspense fallback={null}>
          <RenameChatDialog chat={chat} onClose={() => setIsRenaming(false)} />
        </Suspense>
      )}
    </>
  );
}
