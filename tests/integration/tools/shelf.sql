create type public.genre as enum ('novel', 'poetry', 'essay');

create table public.authors (
  id uuid primary key default gen_random_uuid(),
  name text not null
);

create table public.books (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  title text not null constraint books_title_is_not_empty check (length(title) > 0),
  isbn varchar(13),
  genre public.genre,
  status text not null default 'unread' check (status in ('unread', 'reading', 'read')),
  pages integer constraint books_pages_is_positive check (pages > 0),
  copies bigint,
  price numeric(8, 2),
  weight double precision,
  bought_on date,
  read_at timestamptz,
  is_lent boolean not null default false,
  tags text[] not null default '{}',
  details jsonb not null default '{}',
  cover bytea,
  author_id uuid references public.authors (id),
  agent_name text,
  deleted_at timestamptz,
  created_at timestamptz not null default clock_timestamp(),
  unique (user_id, isbn)
);
comment on table public.books is 'The books that the user owns.';
comment on column public.books.pages is 'Number of printed pages.';

alter table public.authors enable row level security;
alter table public.books enable row level security;
create policy "anyone signed in reads authors" on public.authors for select to authenticated using (true);
create policy "owners read their books" on public.books for select to authenticated
  using (user_id = (select auth.uid()));
create policy "owners add their books" on public.books for insert to authenticated
  with check (user_id = (select auth.uid()));
create policy "owners change their books" on public.books for update to authenticated
  using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
create policy "owners remove their books" on public.books for delete to authenticated
  using (user_id = (select auth.uid()));
grant select on public.authors to authenticated;
grant select, insert, update, delete on public.books to authenticated;
