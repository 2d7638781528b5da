"""A table with a column of every type, and strategies for the rows and calls of tools on it."""

from datetime import UTC
from typing import Any, TypeAlias

from hypothesis import strategies as st

Strategy: TypeAlias = st.SearchStrategy[Any]

SECRET = "marker of another user"

WORLD = """
create type public.mood as enum ('calm', 'wild');
create table public.groups (id int primary key, name text not null);
create table public.facts (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid(),
  group_id int references public.groups (id),
  label text not null default '',
  short varchar(5),
  size text check (size in ('s', 'm')),
  stars smallint,
  amount integer,
  huge bigint,
  price numeric,
  ratio double precision,
  mood public.mood,
  moods public.mood[],
  is_open boolean not null default false,
  day date,
  moment timestamptz,
  clock time,
  key uuid,
  span int4range,
  tags text[] not null default '{}',
  counts integer[],
  extra jsonb,
  old json,
  place point,
  cover bytea,
  agent_name text,
  deleted_at timestamptz,
  created_at timestamptz not null default clock_timestamp(),
  unique (user_id, label)
);
alter table public.facts enable row level security;
create policy "own" on public.facts to authenticated
  using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
grant select, insert, update, delete on public.facts to authenticated;
grant select on public.groups to authenticated;
insert into public.groups values (1, 'one'), (2, 'two');
create view public.fact_labels with (security_invoker = true) as
  select distinct label, stars from public.facts;
grant select on public.fact_labels to authenticated;
"""

COLUMNS = (
    "id", "user_id", "group_id", "label", "short", "size", "stars", "amount", "huge", "price", "ratio",
    "mood", "moods", "is_open", "day", "moment", "clock", "key", "span", "tags", "counts", "extra", "old",
    "place", "cover", "agent_name", "deleted_at", "created_at",
)  # fmt: skip
OPERATORS = ("eq", "neq", "gt", "gte", "lt", "lte", "in", "like", "ilike", "is", "contains")
METHODS = ("fetch", "count", "aggregate", "create", "update", "upsert", "delete")
TYPES = (
    "str", "string", "int", "integer", "float", "number", "bool", "boolean", "dict", "object", "list",
    "array", "date", "datetime", "uuid", "any",
)  # fmt: skip


def _is_something(value: object) -> bool:
    return value is not None


def sometimes(strategy: Strategy) -> Strategy:
    """The value, or mostly nothing."""
    return st.one_of(st.none(), st.none(), strategy)


names = st.sampled_from([*COLUMNS, "labl"])
aliases = st.sampled_from([*COLUMNS, "what", "when"])
scalars: Strategy = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.sampled_from([40_000, 2**40, 1.5, 3.0, -0.25]),
    st.sampled_from(
        ["", "s", "calm", "now", "12", "1e2", "2026-01-02", "2026-02-30", "10:30", "25:00", "x" * 9]
    ),
    st.sampled_from(["2026-01-02T03:04:05Z", "2026-01-02 03:04", "b6fd1e16-0f6b-4c0b-9b0f-d8d6f5d0c9a1"]),
)
values: Strategy = st.one_of(
    scalars,
    st.lists(scalars, max_size=2),
    st.dictionaries(st.sampled_from(["eq", "in", "is", "gt", "like", "a"]), scalars, max_size=2),
)
arguments: Strategy = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(TYPES),
        "description": st.just("What it is."),
        "optional": st.booleans(),
        "enum": st.lists(scalars, max_size=2),
        "default": values,
        "minimum": st.integers(-2, 2),
        "maxLength": st.integers(0, 4),
        "maxItems": st.integers(0, 1),
    },
)
filter_arguments: Strategy = st.one_of(
    arguments,
    st.fixed_dictionaries(
        {"properties": st.dictionaries(st.sampled_from(OPERATORS), arguments, max_size=2)},
        optional={"default": values},
    ),
)


def groups_of(one: Strategy) -> Strategy:
    return st.fixed_dictionaries(
        {"type": st.sampled_from(["dict", "object", "list"])},
        optional={
            "properties": st.dictionaries(names, one, max_size=2),
            "required": st.lists(names, max_size=1),
        },
    )


schemas: Strategy = st.one_of(
    st.fixed_dictionaries(
        {}, optional={"data": groups_of(arguments), "filters": groups_of(filter_arguments)}
    ),
    st.fixed_dictionaries(
        {"type": st.just("object"), "properties": st.dictionaries(names, arguments, max_size=2)}
    ),
)
terms = st.sampled_from(
    [
        f"{column}{way}"
        for column in (*COLUMNS, "count", "total", "sum(amount)", "max(day)")
        for way in ("", " desc")
    ]
)
orders: Strategy = st.one_of(
    terms,
    st.lists(terms, max_size=2),
    st.fixed_dictionaries({}, optional={"default": terms, "choices": st.lists(terms, max_size=2)}),
)
calculations: Strategy = st.fixed_dictionaries(
    {"fn": st.sampled_from(["count", "sum", "avg", "min", "max", "median"])}, optional={"column": names}
)
parts: dict[str, Strategy] = {
    "runtime_args_schema": schemas,
    "field_map": st.dictionaries(aliases, names, max_size=2),
    "columns": st.lists(
        st.one_of(names, names, st.sampled_from(["group(name)", "g:groups(id, name)", "groups(nam)"])),
        max_size=3,
    ),
    "filters": st.one_of(
        st.lists(names, max_size=2),
        st.dictionaries(names, sometimes(st.lists(st.sampled_from(OPERATORS), max_size=2)), max_size=2),
    ),
    "fixed": st.dictionaries(names, values, max_size=2),
    "order_by": orders,
    "limit": st.sampled_from([0, 1, 5, 101, 2.0]),
    "max_limit": st.sampled_from([3, 1000, 1001]),
    "max_rows": st.sampled_from([0, 1, 7]),
    "soft_delete": st.fixed_dictionaries({"column": names, "value": values}),
    "apply_agent_name_context": st.booleans(),
    "untrusted": st.booleans(),
    "aggregates": st.dictionaries(st.sampled_from(["total", "label", "count"]), calculations, max_size=2),
    "group_by": st.lists(names, max_size=2),
}


@st.composite
def configs(draw: st.DrawFn) -> dict[str, Any]:
    """A config that says a few things at once, most of them possible."""
    method = draw(st.sampled_from(METHODS))
    table = draw(st.sampled_from(["facts"] * 9 + ["fact_labels"]))
    keys = draw(st.lists(st.sampled_from(sorted(parts)), max_size=3, unique=True))
    return {"table_name": table, "method": method, **{key: draw(parts[key]) for key in keys}}


# What a model may send

texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
jsons: Strategy = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**53), 2**53), texts),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=6,
)
decimals = st.decimals(-(10**20), 10**20, places=6, allow_nan=False)
# Whatever is sent of a column's type comes back as the same value.
HONEST: dict[str, Strategy] = {
    "label": texts,
    "short": st.text("abcäß'\"\\%{}", max_size=5),
    "size": st.sampled_from(["s", "m"]),
    "stars": st.integers(-(2**15), 2**15 - 1),
    "amount": st.integers(-(2**31), 2**31 - 1),
    "huge": st.integers(-(2**63), 2**63 - 1),
    "price": decimals.map(lambda number: f"{number:f}"),
    "ratio": st.floats(-1e300, 1e300, allow_nan=False, allow_subnormal=False),
    "mood": st.sampled_from(["calm", "wild"]),
    "moods": st.lists(st.sampled_from(["calm", "wild"]), max_size=3),
    "is_open": st.booleans(),
    "day": st.dates().map(lambda day: day.isoformat()),
    "moment": st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.isoformat()),
    "clock": st.times().map(lambda clock: clock.isoformat()),
    "key": st.uuids().map(str),
    "span": st.tuples(st.integers(-9, 0), st.integers(1, 9)).map(lambda ends: f"[{ends[0]},{ends[1]})"),
    "tags": st.lists(texts, max_size=3),
    "counts": st.lists(st.integers(-5, 5), max_size=3),
    "extra": jsons.filter(_is_something),
    "old": jsons.filter(_is_something),
}
COMPARED = [name for name in HONEST if name not in ("moods", "tags", "counts", "extra", "old", "ratio")]


# Honest values, values of another type, and the other user's own.
any_value: Strategy = st.one_of(values, jsons, st.just(SECRET), st.just("%"), *HONEST.values())
conditions: Strategy = st.one_of(
    any_value, st.dictionaries(st.sampled_from(OPERATORS), any_value, max_size=2)
)
data_values: Strategy = st.dictionaries(names, any_value, max_size=4)
calls: Strategy = st.fixed_dictionaries(
    {},
    optional={
        "data": st.one_of(data_values, st.lists(data_values, max_size=3)),
        "filters": st.dictionaries(names, conditions, max_size=3),
        "limit": st.integers(-1, 200),
        "order_by": terms,
        "after": texts,
        "calculate": st.lists(
            st.sampled_from(["count", "max(label)", "sum(amount)", "min(day)"]), max_size=2
        ),
        "group_by": st.lists(names, max_size=2),
        "user_id": st.just("x"),
    },
)
