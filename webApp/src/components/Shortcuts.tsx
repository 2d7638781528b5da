import { lazy, Suspense, useState } from "react";
import { useNavigate } from "react-router";
import { useShortcut } from "./useShortcut";

const CommandPalette = lazy(() => import("./CommandPalette"));
const ShortcutSheet = lazy(() => import("./ShortcutSheet"));

interface ShortcutsProps {
  currentChatId: string | null;
  agentName: string | null;
}

/** The keys that work anywhere, and what they open. */
export function Shortcuts({ currentChatId, agentName }: ShortcutsProps) {
  const navigate = useNavigate();
  const [opened, setOpened] = useState<"palette" | "sheet" | null>(null);
  const close = () => setOpened(null);
  useShortcut("Mod+K", () => setOpened("palette"));
  useShortcut("?", () => setOpened("sheet"));
  // With a modifier: a letter alone would be pressed by accident, and by whoever speaks to the computer.
  useShortcut("Mod+Shift+O", () => navigate(agentName ? `/new/${agentName}` : "/new"));
  return (
    <Suspense fallback={null}>
      {opened === "palette" && (
        <CommandPalette
          currentChatId={currentChatId}
          onClose={close}
          onShowShortcuts={() => setOpened("sheet")}
        />
      )}
      {opened === "sheet" && <ShortcutSheet onClose={close} />}
    </Suspense>
  );
}
