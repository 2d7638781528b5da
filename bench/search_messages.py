"""What the search over one's own messages costs, and what it adds to storing one.

`python bench/search_messages.py DATABASE_URL`; the URL is the owner's of a database with Clarity's migrations
and nothing to lose: everything is rolled back, but the space is used. It takes a minute.

One user has 500 messages among 25,000 and then among 250,000 of 2,000 others; one of these has a fifth of
them all. Words are drawn so that a few are frequent and most are rare; half of the messages are as short as a
question, half as long as an answer.
"""

import json
import statistics
import sys
from time import perf_counter
from typing import Any, LiteralString

import psycopg

ROUNDS = 9
STORED = 20_000

USERS: LiteralString = """
create temporary table people as
select gen_random_uuid() as id, gen_random_uuid() as chat_id, n from generate_series(1, 2001) as n;
insert into auth.users (id, email) select id, id::text || '@example.com' from people;
insert into public.chats (id, user_id, agent_name) select chat_id, id, 'helper' from people;

create temporary table words_of as
select i, jsonb_build_object(
    'type', case when i % 2 = 0 then 'human' else 'ai' end,
    'data', jsonb_build_object('content', string_agg(
      'w' || floor(20000 * random() ^ 3)::integer || case when random() < 0.1 then '.' else '' end,
      ' '))) as message
  from generate_series(1, 20000) as i,
       generate_series(1, case when i % 2 = 0 then 15 else 120 end)
 group by i;
create index on words_of (i);
analyze people, words_of;
"""
# One after the other, as people talk: nobody's messages lie side by side.
TALK: LiteralString = """
insert into public.chat_message_history (session_id, user_id, message)
select people.chat_id, people.id, words_of.message
  from (select i, case when i %% (%(messages)s / 500) = 1 then 1 when i %% 5 = 0 then 2001
                       else 2 + (i * 7919) %% 1999 end as n
          from generate_series(1, %(messages)s::bigint) as i) as said
  join people using (n)
  join words_of on words_of.i = 1 + (said.i * 31) %% 20000
 order by said.i
"""
SEARCHES = {
    "in every third message": "w3",
    "in a few": "w19990",
    "in none": "nonesuch",
    "of which the beginning is given": "w199",
}


def seconds_to_store(conn: psycopg.Connection) -> float:
    started = perf_counter()
    conn.execute(TALK, {"messages": STORED})
    return perf_counter() - started


def ask(conn: psycopg.Connection, person: Any, query: str) -> tuple[int, float]:
    """How many are found, and the median of milliseconds."""
    taken: list[float] = []
    found = 0
    with conn.transaction():
        conn.execute(
            "select set_config('request.jwt.claims', %(claims)s, true), set_config('role', %(role)s, true)",
            {"claims": json.dumps({"sub": str(person)}), "role": "authenticated"},
        )
        for _ in range(ROUNDS):
            started = perf_counter()
            found = len(conn.execute("select * from search_messages(%(q)s)", {"q": query}).fetchall())
            taken.append((perf_counter() - started) * 1000)
        conn.execute("reset role")
    return found, statistics.median(taken)


def main(url: str) -> None:
    with psycopg.connect(url) as conn, conn.transaction(force_rollback=True):
        conn.execute(USERS)
        with conn.transaction(force_rollback=True):
            print(f"store with words: {seconds_to_store(conn) / STORED * 1e6:.0f} us a message")
        with conn.transaction(force_rollback=True):
            conn.execute("alter table public.chat_message_history drop column words")
            print(f"store without: {seconds_to_store(conn) / STORED * 1e6:.0f} us a message")
        for messages in (25_000, 250_000):
            conn.execute("truncate public.chat_message_history")
            conn.execute(TALK, {"messages": messages})
            conn.execute("analyze public.chat_message_history")
            query: LiteralString = """
              select n, id, (select count(*) from public.chat_message_history where user_id = people.id)
                from people where n in (1, 2001) order by n
            """
            for _, person, count in conn.execute(query).fetchall():
                for label, words in SEARCHES.items():
                    found, milliseconds = ask(conn, person, words)
                    whose = f"{count} of {messages} messages"
                    print(f"{whose}, word {label}: {found} found, {milliseconds:.2f} ms")


if __name__ == "__main__":
    main(sys.argv[1])
