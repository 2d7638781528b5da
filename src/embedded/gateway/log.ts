// The host's log is standard error, a line an event. Standard output carries the READY line and nothing else.

export function talkBriefly(): void {
  const say = (...parts: unknown[]): void => {
    process.stderr.write(`${new Date().toISOString()} ${parts.map(brief).join(" ")}\n`);
  };
  console.log = console.info = console.debug = console.warn = console.error = say;
}

// The library logs whole database errors; their details quote rows, which are the users' own.
function brief(part: unknown): string {
  if (!(part instanceof Error)) return String(part);
  const code = "code" in part ? `${String(part.code)} ` : "";
  return `${code}${part.message}`;
}
