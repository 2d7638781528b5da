import { useState } from "react";
import { useChangeChatMutation } from "@/api/hooks/useChatChanges";
import { useChatTags } from "@/api/hooks/useChatListHooks";
import type { Chat } from "@/lib/database";
import { texts } from "@/lib/texts";
import { chatsTexts } from "@/lib/texts/chats";
import { TagField } from "./notes/TagField";
import { Button } from "./ui/Button";
import { Dialog } from "./ui/Dialog";

// What the database takes.
const MAX_TAGS = 20;
const MAX_LETTERS = 50;

interface ChatTagsDialogProps {
  chat: Chat;
  onClose: () => void;
}

/** A chat's tags, kept as soon as they are saved. */
export default function ChatTagsDialog({ chat, onClose }: ChatTagsDialogProps) {
  const [tags, setTags] = useState<readonly string[]>(chat.tags);
  const known = useChatTags();
  const { mutate } = useChangeChatMutation();
  let problem: string | null = null;
  if (tags.length > MAX_TAGS) problem = chatsTexts.tagsFull;
  if (tags.some((tag) => [...tag].length > MAX_LETTERS)) problem = chatsTexts.tagLong;
  const save = () => {
    if (problem) return;
    mutate({ chat, change: { tags: [...tags] } });
    onClose();
  };
  return (
    <Dialog title={chatsTexts.tagsTitle(chat.title || texts.chats.untitled)} onClose={onClose}>
      <div className="space-y-4">
        <TagField tags={tags} known={known} onChange={setTags} />
        <p
          role={problem ? "alert" : undefined}
          className={problem ? "text-danger text-sm" : "text-faint text-sm"}
        >
          {problem ?? chatsTexts.tagsHint}
        </p>
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{texts.cancel}</Button>
          <Button shape="primary" disabled={problem !== null} onClick={save}>
            {texts.save}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
