// The HTTP face of the embedded Supabase: @supabase/lite as a library, and of it only /rest/v1 and /auth/v1.
//
// Its stock server is never started: that one hands out the database URL (/_system), grants everything to
// everybody, and remembers "no row-level security" for ever. The host reads its settings as one line of JSON from
// standard input and lives exactly as long as that input stays open, so a killed parent leaves no orphan.
//
//   host.mjs             serve; prints READY <url> once
//   host.mjs --prepare   make the tables of schema auth as the database's owner, and end
import { createInterface } from "node:readline";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { App } from "@supabase/lite";
import { createPostgresConnection, type PostgresConnection } from "@supabase/lite/postgres";
import { answer } from "./answer.js";
import { talkBriefly } from "./log.js";
import { asPostgrestSays } from "./refusals.js";
import { follow } from "./schema.js";
import { types } from "./types.js";

interface Settings {
  databaseUrl: string;
  jwtSecret: string;
  publishableKey: string;
  secretKey: string;
  port: number;
}

function connect(url: string): PostgresConnection {
  const connection = createPostgresConnection({
    url,
    postgresOptions: {
      types,
      // Both in seconds: when the database comes back, so do we.
      connect_timeout: 5,
      backoff: () => 0.25,
      onnotice: () => {},
    },
  });
  // Unknown, it would look once for tables with RLS, and then either remember "none" for ever or GRANT ALL on them.
  (connection as unknown as { rlsState: string }).rlsState = "active";
  const normalize = connection.normalizeDbError.bind(connection);
  connection.normalizeDbError = (error) => asPostgrestSays(normalize(error));
  return connection;
}

function application(connection: PostgresConnection, settings: Settings): App {
  return new App({
    connection,
    // supabase_migrations belongs to `clarity migrate` and the Supabase CLI.
    db: { migrations: { enabled: false } },
    api: { enabled: true, schemas: ["public"], max_rows: 1000 },
    auth: {
      enabled: true,
      jwt_secret: settings.jwtSecret,
      publishable_key: settings.publishableKey,
      secret_key: settings.secretKey,
    },
    storage: { enabled: false },
    studio: { enabled: false },
    options: { server: { admin: false, disableStudio: true } },
  });
}

async function prepare(settings: Settings): Promise<void> {
  const connection = connect(settings.databaseUrl);
  await application(connection, settings).ensureSystemSchema();
  await connection.close();
}

async function run(settings: Settings): Promise<void> {
  const connection = connect(settings.databaseUrl);
  const schema = await follow(connection);
  const app = await application(connection, settings).init();
  const server = serve(
    {
      fetch: (request) => answer(request, { app, connection, schema }),
      hostname: "127.0.0.1",
      port: settings.port,
    },
    (address: AddressInfo) => process.stdout.write(`READY http://127.0.0.1:${address.port}\n`),
  );
  server.on("error", (error) => {
    console.error(error);
    process.exit(1);
  });
}

talkBriefly();
process.on("unhandledRejection", (reason) => console.error("Unhandled:", reason));
// Ctrl-C reaches the whole process group; when to stop is the parent's decision.
process.on("SIGINT", () => {});

const preparing = process.argv.includes("--prepare");
const lines = createInterface({ input: process.stdin });
lines.once("line", async (line) => {
  const settings = JSON.parse(line) as Settings;
  try {
    await (preparing ? prepare(settings) : run(settings));
  } catch (error) {
    console.error(error);
    process.exit(1);
  }
  if (preparing) process.exit(0);
});
if (!preparing) lines.once("close", () => process.exit(0));
