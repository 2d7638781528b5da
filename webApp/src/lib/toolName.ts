/** `create_task` as `Create task`. */
export function toolTitle(name: string): string {
  const words = name.replaceAll("_", " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The arguments one by one; those in groups (`filters`, `data`) come out of them. */
export function argumentFields(args: Record<string, unknown>): [name: string, value: unknown][] {
  return Object.entries(args).flatMap(([name, value]): [string, unknown][] => {
    const isGroup = typeof value === "object" && value !== null && !Array.isArray(value);
    return isGroup ? Object.entries(value) : [[name, value]];
  });
}
