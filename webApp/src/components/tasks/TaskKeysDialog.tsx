import { texts } from "@/lib/texts";
import { tasksTexts } from "@/lib/texts/tasks";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";

export default function TaskKeysDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={tasksTexts.keys.title} onClose={onClose}>
      <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-2 text-sm">
        {tasksTexts.keys.list.map(([keys, meaning]) => (
          <div key={keys} className="contents">
            <dt className="whitespace-nowrap font-medium">{keys}</dt>
            <dd className="text-soft">{meaning}</dd>
          </div>
        ))}
      </dl>
      <Button className="mt-5 w-full sm:w-auto" onClick={onClose}>
        {texts.close}
      </Button>
    </Dialog>
  );
}
