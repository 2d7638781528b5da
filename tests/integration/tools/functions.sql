-- Functions of every kind that a tool may meet, beside the shelf of books (shelf.sql).

create domain public.stars as smallint check (value in (1, 2, 3));

create function public.greet(name text, shout boolean default false, times integer default 1) returns text
language sql immutable set search_path = ''
return repeat(case when shout then upper(name) else name end, times);
comment on function public.greet(text, boolean, integer) is 'Greets somebody.
name: Whom to greet.
- shout: Whether to shout.';

create function public.echo(
  uid uuid, day date, moment timestamptz, amount numeric, genre public.genre, rating public.stars, tags text[],
  details jsonb, genres public.genre[]
) returns jsonb
language sql stable set search_path = ''
return jsonb_build_object(
  'uid', uid, 'day', day, 'moment', moment at time zone 'utc', 'amount', amount, 'genre', genre, 'rating', rating,
  'tags', tags, 'details', details, 'genres', genres
);

create function public.my_books(min_pages integer default 0) returns setof public.books
language sql stable set search_path = ''
begin atomic
  select * from public.books where coalesce(pages, 0) >= min_pages order by title;
end;

create function public.my_titles() returns setof text
language sql stable set search_path = ''
begin atomic
  select title from public.books order by title;
end;

create function public.pages_by_genre() returns table (genre public.genre, total bigint)
language sql stable set search_path = ''
begin atomic
  select genre, sum(pages) from public.books group by genre order by genre;
end;

create function public.find_book(title text) returns public.books
language sql stable set search_path = ''
begin atomic
  select * from public.books where books.title = find_book.title;
end;

create function public.totals(out books bigint, out pages bigint)
language sql stable set search_path = ''
begin atomic
  select count(*), coalesce(sum(pages), 0) from public.books;
end;

create function public.count_up(n integer, "limit" integer default 3) returns setof integer
language sql immutable set search_path = ''
begin atomic
  select * from generate_series(n, n + "limit" - 1);
end;

create function public.add_books(titles text[]) returns setof uuid
language sql volatile set search_path = ''
begin atomic
  insert into public.books (title) select unnest(titles) returning id;
end;

create function public.finish(title text) returns void
language plpgsql set search_path = ''
as $$
begin
  if finish.title = 'Ulysses' then
    raise exception 'Nobody finishes %.', finish.title using hint = 'Begin with Dubliners.';
  end if;
  update public.books set status = 'read' where books.title = finish.title;
  if not found then
    raise no_data_found using message = format('You have no book called %s.', finish.title);
  end if;
end
$$;

create function public.misbehave(how text) returns text
language plpgsql set search_path = ''
as $$
begin
  case how
    when 'sleep' then perform pg_sleep(30);
    when 'forbidden' then perform count(*) from auth.users;
    when 'missing' then execute 'select * from public.nowhere';
    when 'divide' then return (1 / (length(how) - 6))::text;
    when 'constraint' then insert into public.books (title) values ('');
    when 'other user' then insert into public.books (user_id, title) values (gen_random_uuid(), 'Stolen');
    when 'flood' then return repeat('x', 1000000);
    when 'custom' then raise exception 'The library is closed.' using errcode = 'LIB01';
    when 'null' then return null;
    else return how;
  end case;
end
$$;

create function public.all_titles() returns setof text
language sql stable security definer set search_path = ''
begin atomic
  select title from public.books order by title;
end;
