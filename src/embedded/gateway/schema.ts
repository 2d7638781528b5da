// Keeps @supabase/lite's picture of the database's schema fresh: PostgREST's `NOTIFY pgrst` reads it again.
import type { PostgresConnection } from "@supabase/lite/postgres";

// Between two attempts while the database is away, in milliseconds.
const RETRY_MS = 250;

export interface Schema {
  // False until the schema has been read for the first time.
  known(): boolean;
}

// Listens, and gives back once the schema has been read. A later reading replaces the picture in one step, so
// requests in flight keep the one they began with.
export async function follow(connection: PostgresConnection): Promise<Schema> {
  let known = false;
  let stale = false;
  let reading: Promise<void> | undefined;

  async function read(): Promise<void> {
    while (stale) {
      stale = false;
      // A failed reading comes back empty, without a list of functions, and the connection does not keep it.
      const picture = await connection.introspect();
      if (picture.functions) {
        known = true;
      } else {
        stale = true;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  // The many changes of one migration are one reading, or two when some come during the first.
  function reload(): Promise<void> {
    stale = true;
    reading ??= read().finally(() => (reading = undefined));
    return reading;
  }

  // The second callback runs after every connection, the first too: what was announced meanwhile is lost.
  await connection.driver.listen("pgrst", reload, reload);
  await reload();
  return { known: () => known };
}
