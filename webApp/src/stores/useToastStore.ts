// Short notices at the edge of the page, some of which can be undone while they are there.
import { create } from "zustand";

export interface Toast {
  id: string;
  text: string;
  undo?: () => void;
  /** What becomes final when the notice goes without an undo; also called when the page goes away. */
  commit?: (isPageLeaving: boolean) => void;
}

interface ToastStore {
  toasts: Toast[];
  show: (toast: Omit<Toast, "id">) => void;
  undo: (id: string) => void;
  dismiss: (id: string) => void;
  /** Commits all there are. */
  leavePage: () => void;
}

export const useToastStore = create<ToastStore>()((set, get) => {
  const take = (id: string) => {
    const toast = get().toasts.find((one) => one.id === id);
    set(({ toasts }) => ({ toasts: toasts.filter((one) => one.id !== id) }));
    return toast;
  };
  return {
    toasts: [],
    show: (toast) => set(({ toasts }) => ({ toasts: [...toasts, { ...toast, id: crypto.randomUUID() }] })),
    undo: (id) => take(id)?.undo?.(),
    dismiss: (id) => take(id)?.commit?.(false),
    leavePage: () => {
      const { toasts } = get();
      set({ toasts: [] });
      for (const toast of toasts) toast.commit?.(true);
    },
  };
});
