"""How long a turn takes to open and close as a database grows, and how large its indexes become.

`python bench/scaling.py OWNER_URL [--users 1000000] [--chats 10000000]` fills a database that has Clarity's
migrations and nothing else with synthetic rows, in steps of ten. After each step it measures the turn's two
statements of users here and there: in an old chat of theirs, and in a new one. Only chats that are measured
have messages. It prints Markdown. The database is of no use for anything else afterwards.
"""

import argparse
import statistics
import sys
from time import perf_counter
from urllib.parse import quote, urlsplit, urlunsplit
from uuid import UUID, uuid4

import psycopg
from psycopg.types.json import Jsonb

from cli.hosted import server_password

PROBES = 200
AGENT = "scale"

ADD_USERS = """
insert into auth.users (id, aud, role, email, raw_app_meta_data)
select ('00000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'authenticated', 'authenticated',
       'u' || n || '@example.com', '{}'
  from generate_series(%(first)s::bigint, %(last)s::bigint) as n
"""
ADD_CHATS = """
insert into public.chats (id, user_id, agent_name, title, created_at, last_message_at)
select ('10000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
       ('00000000-0000-4000-8000-' || lpad(to_hex(1 + n %% %(users)s::bigint), 12, '0'))::uuid,
       'scale', 'Chat ' || n, now() - n * interval '1 second', now() - n * interval '1 second'
  from generate_series(%(first)s::bigint, %(last)s::bigint) as n
"""
ADD_MESSAGES = """
insert into public.chat_message_history (session_id, user_id, message)
select chat.id, chat.user_id, jsonb_build_object('type', kind, 'data', jsonb_build_object(
         'type', kind, 'content', 'message ' || i || ' of an earlier talk about nothing in particular'))
  from public.chats as chat, generate_series(1, %(messages)s) as i,
       lateral (select case i %% 2 when 1 then 'human' else 'ai' end) as k (kind)
 where chat.id = any (%(chats)s)
"""
SIZES = """
select pg_total_relation_size(oid), pg_indexes_size(oid) from pg_class where oid = 'public.chats'::regclass
"""
WRITTEN = """
select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint,
       pg_total_relation_size('public.chat_message_history') + pg_total_relation_size('public.chat_runs')
"""


def chat_of(number: int) -> UUID:
    return UUID(f"10000000-0000-4000-8000-{number:012x}")


def main() -> None:
    options = _parser().parse_args()
    with psycopg.connect(options.owner_url, autocommit=True) as owner:
        owner.execute(
            "insert into agent_configurations (agent_name) values (%(name)s) on conflict do nothing",
            {"name": AGENT},
        )
        # Whole pages that follow a checkpoint would be counted as the turns' own, by how often there is one.
        owner.execute("alter system set full_page_writes = off")
        owner.execute("select pg_reload_conf()")
        _print(
            "| users | chats | open, old chat | close | open, new chat | WAL a turn | disk a turn "
            "| chats: table | chats: indexes |"
        )
        _print("|---|---|---|---|---|---|---|---|---|")
        if options.only_measure:
            _measure(owner, _server_url(options.owner_url), options.users, options.chats, options.messages)
            return
        users = chats = 0
        for step in (1000, 100, 10, 1):
            users, chats = _grow(owner, users, chats, options.users // step, options.chats // step)
            _measure(owner, _server_url(options.owner_url), users, chats, options.messages)


def _grow(
    owner: psycopg.Connection, users: int, chats: int, more_users: int, more_chats: int
) -> tuple[int, int]:
    started = perf_counter()
    owner.execute(ADD_USERS, {"first": users + 1, "last": more_users})
    for first in range(chats + 1, more_chats + 1, 1_000_000):
        last = min(first + 999_999, more_chats)
        owner.execute(ADD_CHATS, {"users": more_users, "first": first, "last": last})
    owner.execute("vacuum analyze auth.users, public.profiles, public.chats")
    sys.stderr.write(f"{more_users} users and {more_chats} chats after {perf_counter() - started:.0f} s\n")
    return more_users, more_chats


def _measure(owner: psycopg.Connection, server_url: str, users: int, chats: int, messages: int) -> None:
    # Spread over all of them, so that little of what is measured is in a cache because of the measuring.
    numbers = [1 + (7919 * 104_729 * n) % chats for n in range(1, PROBES + 1)]
    owner.execute(ADD_MESSAGES, {"chats": [chat_of(number) for number in numbers], "messages": messages})
    owners = dict(
        owner.execute(
            "select id, user_id from chats where id = any (%(chats)s)",
            {"chats": [chat_of(number) for number in numbers]},
        ).fetchall()
    )
    opens: list[float] = []
    closes: list[float] = []
    begins: list[float] = []
    [(log_before, disk_before)] = owner.execute(WRITTEN).fetchall()
    with psycopg.connect(server_url, autocommit=True, prepare_threshold=None) as server:
        for number in numbers:
            user = owners[chat_of(number)]
            run, other = uuid4(), uuid4()
            opens.append(_open(server, user, chat_of(number), run) * 1000)
            closes.append(_close(server, user, run) * 1000)
            begins.append(_open(server, user, None, other) * 1000)
            _close(server, user, other)
    [(log_after, disk_after)] = owner.execute(WRITTEN).fetchall()
    log, disk = (log_after - log_before) / 2 / PROBES, (disk_after - disk_before) / 2 / PROBES
    [(total, indexes)] = owner.execute(SIZES).fetchall()
    _print(
        f"| {users:,} | {chats:,} | {_told(opens)} | {_told(closes)} | {_told(begins)} "
        f"| {log / 1024:.1f} KiB | {disk / 1024:.1f} KiB "
        f"| {(total - indexes) / 2**20:,.0f} MiB | {indexes / 2**20:,.0f} MiB |"
    )


def _open(server: psycopg.Connection, user: UUID, chat: UUID | None, run: UUID) -> float:
    message = {"type": "human", "data": {"type": "human", "content": "Hi"}}
    turn = {
        "run_id": str(run), "lease_seconds": 30, "history_limit": 40, "agent_name": AGENT,
        "limits": {"concurrent_runs": 10, "requests_per_minute": 1000, "tokens_per_day": 1_000_000},
        "message_id": str(uuid4()), "message": message, "title": "Hi", "chat_id": str(chat) if chat else None,
        "may_begin_chat": False, "keeps_no_chat": False,
    }  # fmt: skip
    started = perf_counter()
    row = server.execute(
        "select private.open_turn(%(claims)s, %(turn)s)", {"claims": _claims(user), "turn": Jsonb(turn)}
    ).fetchone()
    took = perf_counter() - started
    assert row
    assert row[0]["outcome"] == "opened", row[0]
    return took


def _close(server: psycopg.Connection, user: UUID, run: UUID) -> float:
    answer = {"type": "ai", "data": {"type": "ai", "content": "Hello."}}
    close = {
        "status": "completed", "input_tokens": 10, "output_tokens": 5, "total_tokens": 15, "model_calls": 1,
        "tool_calls": 0, "by_model": [], "messages": [{"message_uuid": str(uuid4()), "message": answer}],
    }  # fmt: skip
    started = perf_counter()
    server.execute(
        "select private.close_turn(%(claims)s, %(run)s, %(close)s)",
        {"claims": _claims(user), "run": run, "close": Jsonb(close)},
    )
    return perf_counter() - started


def _claims(user: UUID) -> Jsonb:
    return Jsonb({"sub": str(user), "role": "authenticated"})


def _told(milliseconds: list[float]) -> str:
    ordered = sorted(milliseconds)
    return f"{statistics.median(ordered):.2f} ms (p99 {ordered[int(len(ordered) * 0.99)]:.2f})"


def _server_url(owner_url: str) -> str:
    parts = urlsplit(owner_url)
    password = quote(server_password(parts.password or ""))
    return urlunsplit(parts._replace(netloc=f"clarity_server:{password}@{parts.hostname}:{parts.port}"))


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("owner_url")
    parser.add_argument("--users", type=int, default=1_000_000)
    parser.add_argument("--chats", type=int, default=10_000_000)
    parser.add_argument("--only-measure", action="store_true", help="a database that was filled before")
    parser.add_argument("--messages", type=int, default=20, help="of each chat that is measured")
    return parser


if __name__ == "__main__":
    main()
