import * as RadixDialog from "@radix-ui/react-dialog";
import type { ReactNode } from "react";
import { useFocusBack } from "./useFocusBack";

interface DrawerProps {
  title: string;
  onClose: () => void;
  children: ReactNode;
}

/** Slides over the page's left edge, for what has no room on a narrow page. Focus is kept inside and given back. */
export default function Drawer({ title, onClose, children }: DrawerProps) {
  const giveFocusBack = useFocusBack();
  return (
    <RadixDialog.Root open onOpenChange={(open) => !open && onClose()}>
      <RadixDialog.Portal>
        <RadixDialog.Overlay className="fixed inset-0 z-40 bg-scrim" />
        <RadixDialog.Content
          aria-describedby={undefined}
          onCloseAutoFocus={giveFocusBack}
          // Not into the first field: on a touch screen its keyboard would cover what the drawer is for.
          onOpenAutoFocus={(event) => {
            event.preventDefault();
            (event.currentTarget as HTMLElement).focus();
          }}
          className="fixed inset-y-0 left-0 z-40 w-[min(20rem,calc(100vw-3rem))] bg-side shadow-raised outline-none"
        >
          <RadixDialog.Title className="sr-only">{title}</RadixDialog.Title>
          {children}
        </RadixDialog.Content>
      </RadixDialog.Portal>
    </RadixDialog.Root>
  );
}
