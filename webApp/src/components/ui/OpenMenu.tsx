import * as RadixMenu from "@radix-ui/react-dropdown-menu";
import clsx from "clsx";
import { Check } from "lucide-react";
import type { MenuAction, MenuChoice, MenuProps } from "./Menu";

const ITEM =
  "flex min-h-9 cursor-pointer items-center gap-2.5 rounded-lg px-2.5 py-1.5 text-sm outline-none select-none data-highlighted:bg-hover";

/** A menu that opens as soon as it is there; later by its button, as menus do. */
export default function OpenMenu({ trigger, align = "end", entries }: MenuProps) {
  return (
    <RadixMenu.Root modal={false} defaultOpen>
      <RadixMenu.Trigger asChild>{trigger}</RadixMenu.Trigger>
      <RadixMenu.Portal>
        <RadixMenu.Content
          align={align}
          sideOffset={6}
          collisionPadding={12}
          className="z-50 max-h-(--radix-dropdown-menu-content-available-height) min-w-48 max-w-80 animate-appear overflow-y-auto rounded-xl border border-line bg-card p-1.5 shadow-raised"
        >
          {entries.map((entry, index) => {
            if (entry === "line") {
              // biome-ignore lint/suspicious/noArrayIndexKey: a menu's lines stay where they are
              return <RadixMenu.Separator key={index} className="my-1.5 h-px bg-line" />;
            }
            if (entry.kind === "choice") return <Choice key={entry.label} {...entry} />;
            return <Action key={entry.label} {...entry} />;
          })}
        </RadixMenu.Content>
      </RadixMenu.Portal>
    </RadixMenu.Root>
  );
}

function Action({ label, icon: Icon, isDangerous = false, onSelect }: MenuAction) {
  return (
    <RadixMenu.Item onSelect={onSelect} className={clsx(ITEM, isDangerous && "text-danger")}>
      <Icon className={clsx("size-4 shrink-0", !isDangerous && "text-faint")} />
      {label}
    </RadixMenu.Item>
  );
}

function Choice({ label, value, choices, onChoose }: MenuChoice) {
  return (
    <RadixMenu.RadioGroup value={value} onValueChange={onChoose}>
      <RadixMenu.Label className="px-2.5 pt-1.5 pb-1 text-faint text-xs">{label}</RadixMenu.Label>
      {choices.map((choice) => (
        <RadixMenu.RadioItem key={choice.value} value={choice.value} className={ITEM}>
          <span className="min-w-0 flex-1">
            {choice.label}
            {choice.hint && <span className="block text-faint text-xs">{choice.hint}</span>}
          </span>
          <RadixMenu.ItemIndicator>
            <Check className="size-4 text-accent" />
          </RadixMenu.ItemIndicator>
        </RadixMenu.RadioItem>
      ))}
    </RadixMenu.RadioGroup>
  );
}
