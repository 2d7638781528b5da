"""What the embedded Supabase's tests share: folders for clusters of their own, and tables for clients."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from embedded.postgres import EmbeddedPostgres

LIBRARY = """
create table public.authors (
  id bigint generated always as identity primary key,
  owner_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  name text not null,
  born timestamptz,
  facts jsonb,
  unique (owner_id, name)
);
create table public.books (
  id bigint generated always as identity primary key,
  author_id bigint not null references public.authors (id) on delete cascade,
  title text not null,
  pages integer
);
alter table public.authors enable row level security;
alter table public.books enable row level security;
create policy "Users have their own authors" on public.authors for all to authenticated
  using (owner_id = (select auth.uid())) with check (owner_id = (select auth.uid()));
create policy "Books follow their author" on public.books for all to authenticated
  using (exists (select from public.authors a where a.id = author_id))
  with check (exists (select from public.authors a where a.id = author_id));
grant select, insert, update, delete on public.authors, public.books to authenticated;

create function public.count_books(at_least integer, filter jsonb default '{}') returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object('count', count(*), 'filter_type', jsonb_typeof(filter))
  from public.books where pages >= at_least
$$;
"""


@pytest.fixture
def library(owner: psycopg.Connection) -> None:
    """Tables `authors` and `books` with policies, and a function `count_books`."""
    owner.execute(LIBRARY)


@pytest.fixture
def own_folder(run_folder: Path) -> Path:
    """A folder for a cluster of the test's own, with a space in its name, that any account may enter."""
    folder = run_folder / f"own cluster {secrets.token_hex(4)}"
    folder.mkdir(mode=0o755)
    return folder


@pytest.fixture
def own_cluster(own_folder: Path) -> Iterator[EmbeddedPostgres]:
    """A cluster that the test may kill; not started yet."""
    postgres = EmbeddedPostgres(own_folder / "postgres", password="owner", settings={"fsync": "off"})
    yield postgres
    postgres.stop()
