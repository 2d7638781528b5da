import { MOD } from "@/lib/keys";
import { texts as commonTexts } from "@/lib/texts";
import { shortcutTexts } from "@/lib/texts/palette";
import { tasksTexts } from "@/lib/texts/tasks";
import { Button } from "./ui/Button";
import { Dialog } from "./ui/Dialog";

const { groups, ...texts } = shortcutTexts;
const SHORTCUTS: { title: string; entries: { what: string; keys: string[] }[] }[] = [
  {
    title: groups.anywhere,
    entries: [
      { what: texts.palette, keys: [MOD, "K"] },
      { what: texts.newChat, keys: [MOD, "Shift", "O"] },
      { what: texts.sheet, keys: ["?"] },
    ],
  },
  {
    title: groups.message,
    entries: [
      { what: texts.send, keys: ["Enter"] },
      { what: texts.newLine, keys: ["Shift", "Enter"] },
    ],
  },
  {
    title: groups.thread,
    entries: [
      { what: texts.stop, keys: ["Esc"] },
      { what: texts.allow, keys: ["Y"] },
      { what: texts.refuse, keys: ["N"] },
      { what: texts.change, keys: ["E"] },
    ],
  },
  {
    title: groups.chats,
    entries: [
      { what: texts.chat, keys: ["↑", "↓"] },
      { what: texts.firstOrLast, keys: ["Home", "End"] },
      { what: texts.chatMenu, keys: ["→"] },
    ],
  },
  { title: groups.tasks, entries: tasksTexts.keys.list.map(([keys, what]) => ({ what, keys: [keys] })) },
];

/** Every key that does something. */
export default function ShortcutSheet({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={texts.title} isWide onClose={onClose}>
      <div className="gap-x-10 sm:columns-2">
        {SHORTCUTS.map(({ title, entries }) => (
          <section key={title} className="mb-5 break-inside-avoid">
            <h3 className="mb-2 font-medium text-faint text-xs">{title}</h3>
            <dl className="space-y-1.5 text-sm">
              {entries.map(({ what, keys }) => (
                <div key={what} className="flex items-center justify-between gap-4">
                  <dt>{what}</dt>
                  <dd className="flex shrink-0 gap-1">
                    {keys.map((key) => (
                      <kbd
                        key={key}
                        className="min-w-6 rounded-md border border-line bg-sunken px-1.5 py-0.5 text-center font-sans text-soft text-xs"
                      >
                        {key}
                      </kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <Button className="w-full sm:w-auto" onClick={onClose}>
        {commonTexts.close}
      </Button>
    </Dialog>
  );
}
