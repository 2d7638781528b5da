import { Pencil } from "lucide-react";
import { memo } from "react";
import { texts } from "@/lib/texts";
import { momentText } from "@/lib/time";
import { CopyButton } from "./CopyButton";
import { MessageActions } from "./MessageActions";
import { Button } from "./ui/Button";

interface UserMessageProps {
  text: string;
  /** Empty while it is on its way. */
  at: string;
  onEdit: (text: string) => void;
}

export const UserMessage = memo(function UserMessage({ text, at, onEdit }: UserMessageProps) {
  return (
    <article className="group/message flex flex-col items-end" aria-label={texts.chat.you}>
      <p
        className="max-w-[85%] whitespace-pre-wrap break-words rounded-2xl rounded-br-md bg-tint px-4 py-2.5"
        title={at && momentText(at)}
      >
        {text}
      </p>
      <MessageActions>
        <CopyButton text={text} />
        <Button
          shape="smallIcon"
          aria-label={texts.chat.editMessage}
          title={texts.chat.editMessage}
          onClick={() => onEdit(text)}
        >
          <Pencil className="size-4" />
        </Button>
      </MessageActions>
    </article>
  );
});
