-- Full-text search over a user's own messages, in any language, callable by clients under row-level security.
--
-- There is no index over the words, on purpose. Under row-level security Postgres uses an index only for conditions whose
-- operators are leakproof, and `@@` is not: a GIN index over everybody's messages would never be asked on behalf of a
-- user. Their own messages are read instead, newest first, until enough are found. So a search costs what the user's
-- own messages cost, whoever else there is. memory-bank/chats.md has the numbers.
--
-- This reads every message once and rewrites the table (about 8,000 messages a second), which waits for nobody and lets
-- nobody in until it is done.

create function public.message_text(message jsonb) returns text
language sql immutable parallel safe
set search_path = ''
return case jsonb_typeof(message #> '{data,content}')
  when 'string' then message #>> '{data,content}'
  when 'array' then (
    select string_agg(case jsonb_typeof(part) when 'string' then part #>> '{}' else part ->> 'text' end,
                      E'\n' order by position)
      from jsonb_array_elements(message #> '{data,content}') with ordinality as content (part, position)
     where jsonb_typeof(part) = 'string' or part ->> 'type' = 'text')
end;
comment on function public.message_text(jsonb) is
  'What a person reads of a stored message: its text without pictures, reasoning and tool calls; null when there is none.';

-- Postgres' parser takes "src/core/turn.py", "ada@example.com" and "<b>" for one word or none, and knows no words in
-- scripts that write none apart. A separator on both sides of such a character makes everything findable by its parts;
-- a query goes through the same function and asks for the parts side by side.
create function public.separated_words(content text) returns text
language sql immutable parallel safe
set search_path = ''
return regexp_replace(
  content,
  -- Thai and Lao, Burmese, Khmer, kana, Han.
  '([<&/@.+_~:-]|[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff])',
  E'\x1f\\1\x1f', 'g');
comment on function public.separated_words(text) is
  'The text with U+001F around what the parser would glue to a word, or leave glued: for to_tsvector() and its queries.';

-- The generated column is made by whoever inserts the message.
revoke execute on function public.message_text(jsonb), public.separated_words(text)
  from public, anon, authenticated, service_role;
grant execute on function public.message_text(jsonb), public.separated_words(text) to authenticated, service_role;

-- Beyond 20,000 characters a message is a document; a tsvector also has a limit, which must never refuse a message.
alter table public.chat_message_history add column words tsvector generated always as (
  case when message ->> 'type' in ('human', 'ai')
       then to_tsvector('simple', public.separated_words(left(public.message_text(message), 20000))) end
) stored;
comment on column public.chat_message_history.words is
  'What search_messages() looks through: the words of what people and agents said. Null for all else, such as tool results.';

-- The order of the ids, as another type's: in the order of id itself the planner could also walk along the primary key,
-- over everybody's messages, which it does for a user whose share of them it overestimates. This order has no other
-- index. double precision, because the next page then begins within the index (its comparisons are leakproof); it tells
-- ids apart up to 9 * 10^15.
create index chat_message_history_user_id_newest_words_idx
  on public.chat_message_history (user_id, (id::double precision) desc) where words is not null;

create function public.search_messages(
  p_query text, p_limit integer default 20, p_before bigint default null
) returns table (
  message_id bigint,
  message_uuid uuid,
  chat_id uuid,
  title text,
  agent_name text,
  type text,
  snippet text,
  created_at timestamptz
)
language plpgsql stable
set search_path = ''
-- By the index and in its order: so it ends with the last message it needs, where a sort would read all of them first.
set enable_sort = off
as $$
#variable_conflict use_column
declare
  -- A minus before a word excludes it, as between words it does not.
  wanted tsquery := websearch_to_tsquery('simple', regexp_replace(
    public.separated_words(left(p_query, 300)), E'(^|\\s)\x1f-\x1f', E'\\1-', 'g'));
begin
  if coalesce(numnode(wanted), 0) = 0 then
    return;
  end if;
  -- The last word may still be on its way, unless it is excluded or a quote has ended it.
  if wanted::text ~ '(^|[^!])''[^'']*''$' and p_query !~ '"\s*$' then
    wanted := (wanted::text || ':*')::tsquery;
  end if;
  return query
    select found.id, found.message_uuid, chat.id, chat.title, chat.agent_name, found.message ->> 'type',
           btrim(regexp_replace(replace(
             ts_headline(
               'simple', public.separated_words(found.content), wanted,
               E'StartSel=\x02, StopSel=\x03, ' || case
                 when char_length(found.content) <= 160 then 'HighlightAll=true'
                 else 'MaxFragments=2, MaxWords=24, MinWords=8, ShortWord=0, FragmentDelimiter=" … "' end),
             E'\x1f', ''), '\s+', ' ', 'g')),
           found.created_at
      from (select id, session_id, message, message_uuid, created_at,
                   translate(left(public.message_text(message), 20000), E'\x02\x03', '') as content
              from public.chat_message_history
             where words @@ wanted and id::double precision < coalesce(p_before::double precision, 'infinity')
             order by id::double precision desc
             limit least(greatest(coalesce(p_limit, 20), 1), 50)) as found
      join public.chats as chat on chat.id = found.session_id
     order by found.id desc;
end
$$;
comment on function public.search_messages(text, integer, bigint) is
  'The caller''s messages with these words, newest first; the next page is that before the last message_id. As in a search engine: all words, "a phrase", or, -without; the last word may be unfinished. A blank query finds nothing. In the snippet, a piece of plain text on one line, U+0002 and U+0003 enclose what was found.';
revoke execute on function public.search_messages(text, integer, bigint)
  from public, anon, authenticated, service_role;
grant execute on function public.search_messages(text, integer, bigint) to authenticated;
