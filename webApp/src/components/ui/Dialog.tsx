import * as RadixDialog from "@radix-ui/react-dialog";
import type { ReactNode } from "react";
import { useFocusBack } from "./useFocusBack";

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ReactNode;
}

/** A dialog in the middle of the page. Focus goes to its first field, is kept inside and given back. */
export function Dialog({ title, onClose, children }: DialogProps) {
  const giveFocusBack = useFocusBack();
  return (
    <RadixDialog.Root open onOpenChange={(open) => !open && onClose()}>
      <RadixDialog.Portal>
        <RadixDialog.Overlay className="fixed inset-0 z-40 bg-scrim" />
        <RadixDialog.Content
          aria-describedby={undefined}
          onCloseAutoFocus={giveFocusBack}
          className="fixed top-1/4 left-1/2 z-50 w-[min(26rem,calc(100vw-2rem))] -translate-x-1/2 rounded-2xl border border-line bg-card p-5 shadow-raised"
        >
          <RadixDialog.Title className="mb-4 font-semibold text-base">{title}</RadixDialog.Title>
          {children}
        </RadixDialog.Content>
      </RadixDialog.Portal>
    </RadixDialog.Root>
  );
}
