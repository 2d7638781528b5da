-- Somebody who changes what they said wants the conversation to go on from there, as if what came later had not been said.
-- Messages are an account of what was said, and of what agents did about it, so none is changed or taken away: a new
-- chat begins with those before the changed one, and the old chat stays as it is.

alter table public.chats
  add column forked_from uuid,
  add column forked_before uuid,
  add constraint chats_forked_from_user_id_fkey
    foreign key (forked_from, user_id) references public.chats (id, user_id) on delete set null (forked_from);
comment on column public.chats.forked_from is
  'The user''s other chat whose beginning it has; null for one that began by itself, or once that chat is deleted.';
comment on column public.chats.forked_before is
  'The message of that chat (chat_message_history.message_uuid) before which the two part.';
create index chats_forked_from_user_id_idx on public.chats (forked_from, user_id);

create function private.take_summary_along(p_user_id uuid, p_from uuid, p_to uuid, p_before_id bigint) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  earlier public.chat_summaries;
begin
  select * into earlier from public.chat_summaries where chat_id = p_from and user_id = p_user_id;
  if earlier.up_to_message_id < p_before_id then
    insert into public.chat_summaries (chat_id, user_id, content, up_to_message_id, is_untrusted, model)
    select p_to, p_user_id, earlier.content, taken.id, earlier.is_untrusted, earlier.model
      from public.chat_message_history as said
      join public.chat_message_history as taken on taken.session_id = p_to and taken.message_uuid = said.message_uuid
     where said.session_id = p_from and said.id <= earlier.up_to_message_id
     order by said.id desc limit 1;
  elsif earlier.is_untrusted and exists (
    select from public.chat_message_history
     where session_id = p_to and coalesce(message #> '{data,additional_kwargs,untrusted}', 'false') <> 'false'
  ) then
    -- It tells of later messages too, so it stays where it is. That the older ones were untrusted must be known all the
    -- same: a turn sees only the last of them word for word, and what agents made of the others.
    insert into public.chat_summaries (chat_id, user_id, content, up_to_message_id, is_untrusted, model)
    values (p_to, p_user_id, '(There is no summary of it yet.)', 0, true, earlier.model);
  end if;
end
$$;
comment on function private.take_summary_along(uuid, uuid, uuid, bigint) is
  'Gives a fork the summary of the chat it comes from, if it ends before this message (chat_message_history.id); otherwise what it says of trust.';

create function private.fork_chat(p_claims jsonb, p_fork jsonb) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  caller_id uuid := (p_claims ->> 'sub')::uuid;
  before_uuid uuid := (p_fork ->> 'message_id')::uuid;
  most integer := (p_fork ->> 'forks_per_minute')::integer;
  origin record;
  question record;
  fork record;
  recent record;
  fork_title text;
  fork_number integer;
begin
  if private.account_state(caller_id) <> 'active' then
    return jsonb_build_object('outcome', 'user_not_found');
  end if;
  -- A user's forks are made one after the other: one that is sent twice at once is made once, and they are counted.
  perform pg_advisory_xact_lock(hashtextextended(caller_id::text, 7224007));

  perform private.become_user(p_claims);
  select id, agent_name, title, context, tags, forked_before into origin
    from public.chats where id = (p_fork ->> 'chat_id')::uuid;
  if not found then
    return jsonb_build_object('outcome', 'chat_not_found');
  end if;
  select id, agent_name, title, forked_from, forked_before into fork
    from public.chats where id = (p_fork ->> 'new_chat_id')::uuid;
  if found then
    return case when fork.forked_from = origin.id and fork.forked_before = before_uuid
      then jsonb_build_object('outcome', 'forked', 'chat', to_jsonb(fork))
      else jsonb_build_object('outcome', 'chat_id_taken') end;
  end if;
  select id, message ->> 'type' as type into question
    from public.chat_message_history where session_id = origin.id and message_uuid = before_uuid;
  if not found then
    return jsonb_build_object('outcome', 'message_not_found');
  elsif question.type is distinct from 'human' then
    return jsonb_build_object('outcome', 'message_not_yours');
  end if;
  if not exists (select from public.agent_configurations where agent_name = origin.agent_name and is_active) then
    return jsonb_build_object('outcome', 'agent_not_found', 'agent_name', origin.agent_name);
  end if;
  select count(*) as count, min(created_at) as oldest into recent
    from public.chats where forked_before is not null and created_at > now() - interval '1 minute';
  if recent.count >= most then
    return jsonb_build_object('outcome', 'rate_limited', 'limit', 'forks_per_minute', 'most', most, 'retry_after_seconds',
      greatest(1, ceil(extract(epoch from recent.oldest + interval '1 minute' - now()))::integer));
  end if;

  -- A chat without a past is called by what is said first in it, as any other.
  if exists (select from public.chat_message_history where session_id = origin.id and id < question.id) then
    fork_title := case when origin.forked_before is null then origin.title
                       else regexp_replace(origin.title, ' \(\d{1,3}\)$', '') end;
    select coalesce(max(substring(title from ' \((\d{1,3})\)$')::integer), 1) + 1 into fork_number
      from public.chats
     where left(title, char_length(fork_title)) = fork_title
       and substr(title, char_length(fork_title) + 1) ~ '^ \(\d{1,3}\)$';
    fork_title := format('%s (%s)', left(fork_title, 490), fork_number);
  end if;
  insert into public.chats (id, agent_name, title, context, tags, last_message_at, forked_from, forked_before)
  values ((p_fork ->> 'new_chat_id')::uuid, origin.agent_name, case when origin.title is not null then fork_title end,
          origin.context, origin.tags, now(), origin.id, before_uuid)
  on conflict (id) do nothing
  returning id, agent_name, title, forked_from, forked_before into fork;
  if not found then
    -- Somebody else's.
    return jsonb_build_object('outcome', 'chat_id_taken');
  end if;

  -- Calls without their results, and results without their calls, belong to turns that broke off: no model takes them.
  -- What they are of may be anything, because users may add messages.
  with said as materialized (
    select id, message, created_at, message_uuid, message ->> 'type' as type,
           case message ->> 'type' when 'tool' then coalesce(message #>> '{data,tool_call_id}', '') end as answered
      from public.chat_message_history
     where session_id = origin.id and id < question.id
  ), asked as materialized (
    select said.id, call ->> 'id' as call_id
      from said
     cross join lateral (values (message #> '{data,tool_calls}'), (message #> '{data,invalid_tool_calls}')) as made (calls)
     cross join lateral jsonb_array_elements(case jsonb_typeof(calls) when 'array' then calls else '[]' end) as call
     where type = 'ai'
  ), results as (
    select answered as call_id, max(id) as last_id from said where type = 'tool' group by answered
  ), broken as (
    select distinct asked.id from asked left join results using (call_id)
     where results.last_id is null or results.last_id < asked.id
  ), whole as (
    select call_id, min(id) as first_id from asked where id not in (select id from broken) group by call_id
  )
  insert into public.chat_message_history (session_id, message, created_at, message_uuid)
  select fork.id, said.message, said.created_at, said.message_uuid
    from said left join whole on whole.call_id = said.answered
   where said.id not in (select id from broken) and (said.answered is null or whole.first_id < said.id)
   order by said.id;

  perform set_config('role', 'none', true);
  perform private.take_summary_along(caller_id, origin.id, fork.id, question.id);
  return jsonb_build_object('outcome', 'forked', 'chat', to_jsonb(fork));
end
$$;
comment on function private.fork_chat(jsonb, jsonb) is
  'For the user of the claims, a new chat with what was said in another of theirs before one of their messages: {chat_id, message_id, new_chat_id, forks_per_minute}. Gives {outcome: "forked", chat}, the same for one that was made before, or {outcome, ...} when there can be none. Runs, approvals and ratings stay where they are.';

revoke execute on function
  private.take_summary_along(uuid, uuid, uuid, bigint), private.fork_chat(jsonb, jsonb)
from public;
grant execute on function
  private.take_summary_along(uuid, uuid, uuid, bigint), private.fork_chat(jsonb, jsonb)
to clarity_server;
