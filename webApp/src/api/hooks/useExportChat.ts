import { readAll } from "@/api/messages";
import type { Chat } from "@/lib/database";
import { chatAsMarkdown } from "@/lib/exportChat";
import { entriesOf } from "@/lib/messages";
import { useServices } from "@/lib/services";
import { texts } from "@/lib/texts";
import { useToastStore } from "@/stores/useToastStore";

/** The whole chat, to take along: as text to read, or as it is stored. */
export function useExportChat(chat: Chat) {
  const { supabase } = useServices();
  const show = useToastStore((state) => state.show);
  const sayFailed = () => show({ text: texts.chats.exportFailed });
  const asMarkdown = async () => chatAsMarkdown(chat, entriesOf(await readAll(supabase, chat.id)));

  const copyAsMarkdown = () => {
    const blob = asMarkdown().then((markdown) => new Blob([markdown], { type: "text/plain" }));
    // Handed over as a promise, because a browser lets a page write only while the click is fresh.
    navigator.clipboard
      .write([new ClipboardItem({ "text/plain": blob })])
      .then(() => show({ text: texts.chats.copied }), sayFailed);
  };
  const downloadAsMarkdown = () => {
    asMarkdown().then((markdown) => download(markdown, "text/markdown", `chat-${chat.id}.md`), sayFailed);
  };
  const downloadAsJson = () => {
    readAll(supabase, chat.id).then((messages) => {
      const json = JSON.stringify({ chat, messages }, null, 2);
      download(json, "application/json", `chat-${chat.id}.json`);
    }, sayFailed);
  };
  return { copyAsMarkdown, downloadAsMarkdown, downloadAsJson };
}

function download(text: string, type: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  Object.assign(document.createElement("a"), { href: url, download: name }).click();
  URL.revokeObjectURL(url);
}
