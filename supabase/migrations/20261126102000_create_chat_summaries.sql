-- A model sees the last part of a chat word for word and the rest as a summary, which the chat server makes in the
-- background when a chat grows long. The server alone writes it, so that what a model is told about a chat is made of that
-- chat. Its user may read it, and delete it to have it made anew from the messages.

create table public.chat_summaries (
  id uuid primary key default gen_random_uuid(),
  chat_id uuid not null,
  user_id uuid not null,
  content text not null,
  up_to_message_id bigint not null,
  is_untrusted boolean not null,
  model text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint chat_summaries_chat_id_key unique (chat_id),
  constraint chat_summaries_chat_id_user_id_fkey
    foreign key (chat_id, user_id) references public.chats (id, user_id) on delete cascade,
  constraint content_fits_a_prompt check (char_length(content) between 1 and 8000)
);

comment on table public.chat_summaries is 'What the older messages of long chats were about: the model reads it in their place.';
comment on column public.chat_summaries.id is 'Identity of the summary: another one once it is deleted and made anew.';
comment on column public.chat_summaries.chat_id is 'The chat, which has one at most.';
comment on column public.chat_summaries.user_id is 'Whose chat it is.';
comment on column public.chat_summaries.content is 'The summary, as a model wrote it.';
comment on column public.chat_summaries.up_to_message_id is
  'The last message it covers (chat_message_history.id), which ends a turn: the model sees those after it as they are.';
comment on column public.chat_summaries.is_untrusted is
  'Whether anything it is made of came from outside, such as a web page: it is then to be trusted as little.';
comment on column public.chat_summaries.model is 'The model that wrote it, as provider:name.';
comment on column public.chat_summaries.created_at is 'When the chat was first summarised.';
comment on column public.chat_summaries.updated_at is 'When it was last written.';

create index chat_summaries_chat_id_user_id_idx on public.chat_summaries (chat_id, user_id);
create index chat_summaries_user_id_idx on public.chat_summaries (user_id);

alter table public.chat_summaries enable row level security;
create policy "Users see the summaries of their own chats" on public.chat_summaries
  for select to authenticated using (user_id = (select auth.uid()));
create policy "Users have the summaries of their own chats made anew" on public.chat_summaries
  for delete to authenticated using (user_id = (select auth.uid()));

revoke all on public.chat_summaries from public, anon, authenticated;
grant all on public.chat_summaries to service_role;
grant select, delete on public.chat_summaries to authenticated;

create trigger touch_updated_at before update on public.chat_summaries
  for each row when (old.* is distinct from new.*) execute function private.touch_updated_at();

-- What is deleted must not live on in a summary. Runs as its owner: whoever may delete a message has this done.
create function private.forget_summaries_of_deleted() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  -- One after the other with save_chat_summary(): either it finds the message gone, or this finds its summary.
  perform from public.chats where id in (select session_id from deleted) order by id for no key update;
  delete from public.chat_summaries as summary
   using deleted
   where summary.chat_id = deleted.session_id and summary.up_to_message_id >= deleted.id;
  return null;
end
$$;
comment on function private.forget_summaries_of_deleted() is
  'Trigger: a chat of which a summarised message is deleted has no summary until a new one is made.';

create trigger forget_summaries after delete on public.chat_message_history
  referencing old table as deleted
  for each statement execute function private.forget_summaries_of_deleted();

create function private.save_chat_summary(p_user_id uuid, p_chat_id uuid, p_summary jsonb) returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  earlier_id uuid := (p_summary ->> 'earlier_id')::uuid;
  after_id bigint := (p_summary ->> 'after_message_id')::bigint;
  up_to_id bigint := (p_summary ->> 'up_to_message_id')::bigint;
begin
  perform from public.chats where id = p_chat_id and user_id = p_user_id for no key update;
  if not found then
    return false;
  end if;
  if (p_summary ->> 'message_count')::bigint is distinct from (
    select count(*) from public.chat_message_history
     where session_id = p_chat_id and id > after_id and id <= up_to_id
  ) then
    return false;
  end if;

  if earlier_id is null then
    insert into public.chat_summaries (chat_id, user_id, content, up_to_message_id, is_untrusted, model)
    values (p_chat_id, p_user_id, p_summary ->> 'content', up_to_id, (p_summary ->> 'is_untrusted')::boolean,
            p_summary ->> 'model')
    on conflict (chat_id) do update
      set content = excluded.content, up_to_message_id = excluded.up_to_message_id,
          is_untrusted = excluded.is_untrusted, model = excluded.model
      where chat_summaries.up_to_message_id < excluded.up_to_message_id;
  else
    update public.chat_summaries
       set content = p_summary ->> 'content', up_to_message_id = up_to_id,
           is_untrusted = (p_summary ->> 'is_untrusted')::boolean, model = p_summary ->> 'model'
     where id = earlier_id and chat_id = p_chat_id and up_to_message_id < up_to_id;
  end if;
  return found;
end
$$;
comment on function private.save_chat_summary(uuid, uuid, jsonb) is
  'Keeps the summary {content, up_to_message_id, is_untrusted, model} of this user''s chat, made of the summary {earlier_id} and the {message_count} messages after {after_message_id}. False, and nothing is kept, when the chat is not theirs, when one is there that covers as much, or when what it was made of is not there any more.';

revoke execute on function
  private.forget_summaries_of_deleted(), private.save_chat_summary(uuid, uuid, jsonb)
from public;
grant execute on function private.save_chat_summary(uuid, uuid, jsonb) to clarity_server;
