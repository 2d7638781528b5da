interface KeptStore {
  persist: {
    getOptions: () => { name?: string };
    rehydrate: () => void | Promise<void>;
  };
}

/** Takes over what other tabs keep under the same name: what this one keeps next would write over it. */
export function shareAcrossTabs({ persist }: KeptStore): void {
  window.addEventListener("storage", ({ key }) => {
    if (key === persist.getOptions().name) void persist.rehydrate();
  });
}
