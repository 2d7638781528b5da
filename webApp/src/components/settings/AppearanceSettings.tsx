import clsx from "clsx";
import { texts } from "@/lib/texts";
import { settingsTexts } from "@/lib/texts/settings";
import { useThemeStore } from "@/stores/useThemeStore";
import { Section } from "./Section";

const say = settingsTexts.appearance;

export default function AppearanceSettings() {
  const { theme, setTheme } = useThemeStore();
  return (
    <Section title={say.title} lead={say.lead}>
      <fieldset className="grid max-w-md gap-2 sm:grid-cols-3">
        <legend className="sr-only">{texts.account.theme}</legend>
        {(["system", "light", "dark"] as const).map((value) => (
          <label
            key={value}
            className={clsx(
              "flex cursor-pointer items-center gap-2.5 rounded-xl border px-4 py-3 text-sm",
              theme === value ? "border-accent bg-tint font-medium" : "border-line bg-card hover:bg-hover",
            )}
          >
            <input
              type="radio"
              name="theme"
              className="size-4 accent-accent"
              checked={theme === value}
              onChange={() => setTheme(value)}
            />
            {texts.account.themes[value]}
          </label>
        ))}
      </fieldset>
    </Section>
  );
}
