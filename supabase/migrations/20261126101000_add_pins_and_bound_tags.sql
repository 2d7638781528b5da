-- A list of chats is kept in order by its user: what matters most is pinned, and tags say what belongs together. Tags are
-- words that a client shows as buttons, so they are few, short, and on one line.

alter table public.chats add column is_pinned boolean not null default false;
comment on column public.chats.is_pinned is 'Kept at the top of the list by its user.';
grant update (is_pinned) on public.chats to authenticated;

-- What is there already, as the rule below wants it.
update public.chats
   set tags = array(
         select tag
           from (select left(btrim(regexp_replace(word, '\s+', ' ', 'g')), 50) as tag, min(position) as position
                   from unnest(tags) with ordinality as written (word, position)
                  group by 1) as tidied
          where tag <> ''
          order by position
          limit 20)
 where tags <> '{}';

-- Joined by line ends, because a check may not look at the elements one by one.
alter table public.chats add constraint tags_are_few_short_and_on_one_line check (
  tags = '{}' or (
    cardinality(tags) <= 20
    and array_position(tags, null) is null
    and cardinality(string_to_array(array_to_string(tags, E'\n'), E'\n')) = cardinality(tags)
    and array_to_string(tags, E'\n') !~ '[^\n]{51}|(^|\n)(\s|$)|\s(\n|$)'
  )
);
comment on column public.chats.tags is
  'Words to find the chat by: at most 20 of 50 characters, each on one line and without spaces around it.';
