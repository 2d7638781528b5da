import { lazy, Suspense } from "react";
import { useNavigate } from "react-router";
import { useShortcut } from "./useShortcut";

const CommandPalette = lazy(() => import("./CommandPalette"));
const ShortcutSheet = lazy(() => import("./ShortcutSheet"));

/** What lies over the page, as it was asked for by a key or a button. */
export type Overlay = "palette" | "sheet" | null;

interface ShortcutsProps {
  opened: Overlay;
  onOpen: (overlay: Overlay) => void;
  currentChatId: string | null;
  agentName: string | null;
}

/** The keys that work anywhere, and what they open. */
export function Shortcuts({ opened, onOpen, currentChatId, agentName }: ShortcutsProps) {
  const navigate = useNavigate();
  const close = () => onOpen(null);
  useShortcut("Mod+K", () => onOpen("palette"));
  useShortcut("?", () => onOpen("sheet"));
  // With a modifier: a letter alone would be pressed by accident, and by whoever speaks to the computer.
  useShortcut("Mod+Shift+O", () => navigate(agentName ? `/new/${agentName}` : "/new"));
  return (
    <Suspense fallback={null}>
      {opened === "palette" && (
        <CommandPalette
          currentChatId={currentChatId}
          onClose={close}
          onShowShortcuts={() => onOpen("sheet")}
        />
      )}
      {opened === "sheet" && <ShortcutSheet onClose={close} />}
    </Suspense>
  );
}
