import { ChevronsUpDown, LogOut, MonitorSmartphone } from "lucide-react";
import { useServices } from "@/lib/services";
import { texts } from "@/lib/texts";
import { useAuthStore } from "@/stores/useAuthStore";
import { useChatStore } from "@/stores/useChatStore";
import { type Theme, useThemeStore } from "@/stores/useThemeStore";
import { useToastStore } from "@/stores/useToastStore";
import { Button } from "./ui/Button";
import { Menu, type MenuEntry } from "./ui/Menu";

const THEMES = (["system", "light", "dark"] as const).map((value) => ({
  value,
  label: texts.account.themes[value],
}));

/** Who is signed in, how the app looks, and the way out. */
export function AccountMenu() {
  const services = useServices();
  const email = useAuthStore((state) => state.session?.user.email) ?? "";
  const { theme, setTheme } = useThemeStore();
  const signOut = async (scope: "local" | "global") => {
    // While the token is still good: afterwards the session instance could not be left, nor a deletion made final.
    useToastStore.getState().leavePage();
    await useChatStore.getState().closeSession(services);
    const { error } = await services.supabase.auth.signOut({ scope });
    if (error) useToastStore.getState().show({ text: texts.account.signOutFailed });
  };
  const entries: MenuEntry[] = [
    {
      kind: "choice",
      label: texts.account.theme,
      value: theme,
      choices: THEMES,
      onChoose: (value) => setTheme(value as Theme),
    },
    "line",
    { kind: "action", label: texts.account.signOut, icon: LogOut, onSelect: () => void signOut("local") },
    {
      kind: "action",
      label: texts.account.signOutEverywhere,
      icon: MonitorSmartphone,
      onSelect: () => void signOut("global"),
    },
  ];
  return (
    <Menu
      align="start"
      trigger={
        <Button shape="quiet" className="w-full min-w-0 justify-start" title={email}>
          <span
            aria-hidden="true"
            className="-ml-1 inline-flex size-6 shrink-0 items-center justify-center rounded-full bg-tint font-semibold text-accent text-xs uppercase"
          >
            {email.charAt(0)}
          </span>
          <span className="sr-only">{texts.account.menu}</span>
          <span className="min-w-0 flex-1 truncate text-left">{email}</span>
          <ChevronsUpDown className="size-4 shrink-0 text-faint" />
        </Button>
      }
      entries={entries}
    />
  );
}
