// Before the first paint, so that a chosen theme never flashes the other one. What is stored here is written by
// src/stores/useThemeStore.ts; with nothing stored, the style sheet follows the system.
try {
  const theme = JSON.parse(localStorage.getItem("clarity.theme") ?? "null")?.state?.theme;
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is closed to this page, or holds something else: the system's theme then.
}
