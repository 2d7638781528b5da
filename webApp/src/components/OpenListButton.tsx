import { Menu as MenuIcon } from "lucide-react";
import { useWaitingCount } from "@/api/hooks/useWaitingCount";
import { texts } from "@/lib/texts";
import { navTexts } from "@/lib/texts/nav";
import { Button } from "./ui/Button";

/** Opens the side where there is no room for it. A dot says that something in there waits for an answer. */
export function OpenListButton({ onClick }: { onClick: () => void }) {
  const count = useWaitingCount();
  const { openList } = texts.chats;
  return (
    <Button
      shape="icon"
      className="relative md:hidden"
      aria-label={count > 0 ? navTexts.openListWaiting(openList, count) : openList}
      onClick={onClick}
    >
      <MenuIcon className="size-5" />
      {count > 0 && (
        <span className="absolute top-1.5 right-1.5 size-2.5 rounded-full border-2 border-page bg-accent" />
      )}
    </Button>
  );
}
