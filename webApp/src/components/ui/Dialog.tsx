import * as RadixDialog from "@radix-ui/react-dialog";
import clsx from "clsx";
import type { ReactNode } from "react";
import { useFocusBack } from "./useFocusBack";

interface DialogProps {
  title: string;
  /** For what is read or written in it at length. */
  isWide?: boolean;
  onClose: () => void;
  children: ReactNode;
}

/** A dialog in the middle of the page. Focus goes to its first field, is kept inside and given back. */
export function Dialog({ title, isWide = false, onClose, children }: DialogProps) {
  const giveFocusBack = useFocusBack();
  return (
    <RadixDialog.Root open onOpenChange={(open) => !open && onClose()}>
      <RadixDialog.Portal>
        <RadixDialog.Overlay className="fixed inset-0 z-40 bg-scrim" />
        <RadixDialog.Content
          aria-describedby={undefined}
          onCloseAutoFocus={giveFocusBack}
          className={clsx(
            "fixed left-1/2 z-50 -translate-x-1/2 overflow-y-auto rounded-2xl border border-line bg-card p-5 shadow-raised",
            isWide
              ? "top-[5dvh] max-h-[90dvh] w-[min(44rem,calc(100vw-2rem))]"
              : "top-[25dvh] max-h-[70dvh] w-[min(26rem,calc(100vw-2rem))]",
          )}
        >
          <RadixDialog.Title className="mb-4 font-semibold text-base">{title}</RadixDialog.Title>
          {children}
        </RadixDialog.Content>
      </RadixDialog.Portal>
    </RadixDialog.Root>
  );
}
