// Puts a .gz beside each script and style sheet of the build, so that the server need not compress for every visitor.
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const assets = fileURLToPath(new URL("../dist/assets/", import.meta.url));

for (const name of globSync("*.{js,css}", { cwd: assets })) {
  writeFileSync(`${assets}${name}.gz`, gzipSync(readFileSync(`${assets}${name}`), { level: 9 }));
}
