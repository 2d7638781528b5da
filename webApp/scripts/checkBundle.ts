// The budget of the first load: all script that the chat needs before it can be used, gzipped.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

// Above this a phone on a slow network waits noticeably longer; it leaves room for a streaming client.
const MAX_BYTES = 200_000;

// Over HTTP/1.1 a browser asks for six files at a time; each six more cost that phone another round trip.
const MAX_FILES = 10;

type Manifest = Record<string, { file: string; imports?: string[] }>;

const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8")) as Manifest;

/** The files of an entry and of all that it imports at once. */
function filesOf(name: string, known = new Set<string>()): Set<string> {
  const chunk = manifest[name];
  if (!chunk) throw new Error(`The build has no ${name}.`);
  if (known.has(chunk.file)) return known;
  known.add(chunk.file);
  for (const imported of chunk.imports ?? []) filesOf(imported, known);
  return known;
}

const files = filesOf("src/pages/ChatPage.tsx", filesOf("index.html"));
const bytes = [...files].reduce((sum, file) => sum + gzipSync(readFileSync(new URL(file, dist))).length, 0);
const kilobytes = `${(bytes / 1000).toFixed(1)} kB of script, gzipped (budget ${MAX_BYTES / 1000} kB)`;
const sentence = `The chat's first load is ${kilobytes}, in ${files.size} files (budget ${MAX_FILES}).`;
if (bytes > MAX_BYTES || files.size > MAX_FILES) throw new Error(sentence);
process.stdout.write(`${sentence}\n`);
