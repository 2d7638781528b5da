import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
import { useForm } from "react-hook-form";
import * as z from "zod/mini";
import { useChangeChatMutation } from "@/api/hooks/useChatChanges";
import type { Chat } from "@/lib/database";
import { texts } from "@/lib/texts";
import { Button } from "./ui/Button";
import { Dialog } from "./ui/Dialog";
import { Field } from "./ui/Field";

const schema = z.object({
  title: z
    .string()
    .check(z.trim(), z.minLength(1, texts.chats.nameMissing), z.maxLength(500, texts.chats.nameLong)),
});

interface RenameChatDialogProps {
  chat: Chat;
  onClose: () => void;
}

export default function RenameChatDialog({ chat, onClose }: RenameChatDialogProps) {
  const rename = useChangeChatMutation();
  const form = useForm<{ title: string }>({
    resolver: standardSchemaResolver(schema),
    defaultValues: { title: chat.title ?? "" },
  });
  const submit = form.handleSubmit(({ title }) => {
    rename.mutate({ chat, change: { title } });
    onClose();
  });
  return (
    <Dialog title={texts.chats.renameTitle} onClose={onClose}>
      <form onSubmit={submit} className="space-y-5">
        <Field
          label={texts.chats.name}
          autoComplete="off"
          problem={form.formState.errors.title?.message}
          {...form.register("title")}
        />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{texts.cancel}</Button>
          <Button type="submit" shape="primary">
            {texts.save}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
