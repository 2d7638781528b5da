// The chats beside the forms of agents: an agent keeps its one from page to page, until another is begun.
import { create } from "zustand";

interface BesideChat {
  chatId: string;
  /** Something was sent: from then on the chat is one like the others. */
  hasBegun: boolean;
}

interface BesideChatStore {
  isOpen: boolean;
  /** It was asked for just now, and not only brought along to another page. */
  wantsFocus: boolean;
  chats: Readonly<Record<string, BesideChat>>;
  toggle: () => void;
  /** A new one; the one before stays in the list of chats. */
  renew: (agentName: string) => void;
  begin: (agentName: string) => void;
  /** Goes on in another chat, which has begun already. */
  goOn: (agentName: string, chatId: string) => void;
  setWantsFocus: (wantsFocus: boolean) => void;
}

export const useBesideChatStore = create<BesideChatStore>()((set) => ({
  isOpen: false,
  wantsFocus: false,
  chats: {},
  toggle: () => set(({ isOpen }) => ({ isOpen: !isOpen, wantsFocus: !isOpen })),
  renew: (agentName) =>
    set(({ chats }) => ({
      chats: { ...chats, [agentName]: { chatId: crypto.randomUUID(), hasBegun: false } },
    })),
  begin: (agentName) =>
    set(({ chats }) => {
      const chat = chats[agentName];
      return chat ? { chats: { ...chats, [agentName]: { ...chat, hasBegun: true } } } : {};
    }),
  goOn: (agentName, chatId) =>
    set(({ chats }) => ({ wantsFocus: true, chats: { ...chats, [agentName]: { chatId, hasBegun: true } } })),
  setWantsFocus: (wantsFocus) => set({ wantsFocus }),
}));
