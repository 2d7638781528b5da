-- What an agent remembers may be somebody else's words: saved in a turn that had read a web page, it is quoted in every later
-- one, where nobody could tell. So a memory says so for itself, by the hand of the database, and a turn that is shown such
-- a memory is one that has read untrusted content.

alter table public.agent_long_term_memory add column is_untrusted boolean not null default false;
comment on column public.agent_long_term_memory.is_untrusted is
  'Whether it was written in a turn that had read untrusted content; false again once the user has put other words in its place.';

create function private.mark_untrusted_memory() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  -- The server says so for the transaction of a tool's call (core/tools/journal.py).
  if current_setting('clarity.turn_is_tainted', true) = 'true' then
    new.is_untrusted := true;
  elsif tg_op = 'UPDATE' and new.content is distinct from old.content then
    new.is_untrusted := false;
  end if;
  return new;
end
$$;
comment on function private.mark_untrusted_memory() is
  'Trigger: a memory that a tainted turn writes is untrusted; one that anybody else rewrites is their own words.';
revoke execute on function private.mark_untrusted_memory() from public;

create trigger mark_untrusted before insert or update on public.agent_long_term_memory
  for each row execute function private.mark_untrusted_memory();

-- As it was, with is_untrusted among what it tells of memories.
create or replace function private.open_turn(p_claims jsonb, p_turn jsonb) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  caller_id uuid := (p_claims ->> 'sub')::uuid;
  this_agent_name text := p_turn ->> 'agent_name';
  this_message_uuid uuid := (p_turn ->> 'message_id')::uuid;
  agent record;
  chat record;
  decided jsonb;
  claim jsonb;
  earlier record;
  this_message_id bigint;
  is_new_chat boolean := false;
  is_repeat boolean := false;
  history_limit integer := (p_turn ->> 'history_limit')::integer;
  summary jsonb;
begin
  -- A decision says by itself which chat goes on, and with which agent.
  if p_turn ? 'decisions' then
    if private.account_state(caller_id) <> 'active' then
      return jsonb_build_object('outcome', 'user_not_found');
    end if;
    decided := private.decide_actions(caller_id, (p_turn ->> 'run_id')::uuid, p_turn -> 'decisions');
    if decided ->> 'outcome' <> 'all_decided' then
      return decided;
    end if;
    this_agent_name := decided ->> 'agent_name';
    this_message_uuid := (decided ->> 'message_id')::uuid;
  end if;

  perform private.become_user(p_claims);
  select null::uuid as id, null::jsonb as context, null::text as title into chat;
  select id, config_version into agent
    from public.agent_configurations
   where agent_name = this_agent_name and is_active
   order by owner_id is null
   limit 1;
  if not found and decided is null then
    return jsonb_build_object('outcome', 'agent_not_found');
  end if;

  if decided is not null then
    select id, context, title into chat from public.chats where id = (decided ->> 'chat_id')::uuid;
  elsif not (p_turn ->> 'keeps_no_chat')::boolean then
    select id, context, title into chat from public.chats where id = (p_turn ->> 'chat_id')::uuid;
    if not found and (p_turn ->> 'chat_id' is null or (p_turn ->> 'may_begin_chat')::boolean) then
      insert into public.chats (id, agent_name, title)
      values (coalesce((p_turn ->> 'chat_id')::uuid, gen_random_uuid()), this_agent_name, p_turn ->> 'title')
      on conflict (id) do nothing
      returning id, context, title into chat;
      is_new_chat := found;
      if not is_new_chat then
        -- The same message, sent twice at once, has just begun it; or it is somebody else's.
        select id, context, title into chat from public.chats where id = (p_turn ->> 'chat_id')::uuid;
      end if;
    end if;
    if chat.id is null then
      return jsonb_build_object('outcome', 'chat_not_found');
    end if;

    select id into this_message_id
      from public.chat_message_history
     where session_id = chat.id and message_uuid = this_message_uuid;
    is_repeat := found;
    if is_repeat then
      select id, status, lease_expires_at into earlier
        from public.chat_runs
       where user_message_uuid = this_message_uuid and chat_id = chat.id
       order by started_at desc
       limit 1;
      -- What has failed may be tried again for as long as nothing else was said since.
      if earlier.status in ('completed', 'waiting')
         or (earlier.status = 'running' and earlier.lease_expires_at >= now())
         or exists (select from public.chat_message_history
                     where session_id = chat.id and id > this_message_id and message ->> 'type' = 'human') then
        return jsonb_build_object('outcome', 'message_already_sent', 'run_id', earlier.id, 'chat_id', chat.id);
      end if;
    end if;
  end if;

  perform set_config('role', 'none', true);
  claim := private.claim_run(caller_id, jsonb_build_object(
    'run_id', p_turn -> 'run_id', 'chat_id', chat.id, 'agent_id', agent.id, 'agent_name', this_agent_name,
    'config_version', agent.config_version, 'message_id', this_message_uuid,
    'parent_run_id', decided -> 'parent_run_id', 'lease_seconds', p_turn -> 'lease_seconds',
    'limits', case when decided is null then p_turn -> 'limits' else '{}' end));
  perform private.become_user(p_claims);
  if claim ->> 'outcome' <> 'claimed' then
    if decided is not null then
      -- Its decisions must not be kept without a run that carries them out.
      raise exception 'run % cannot go on: %', decided ->> 'parent_run_id', claim ->> 'outcome';
    elsif is_new_chat then
      delete from public.chats where id = chat.id;
    end if;
    return claim;
  end if;

  if decided is null and chat.id is not null and not is_repeat then
    insert into public.chat_message_history (session_id, message, message_uuid, run_id)
    values (chat.id, p_turn -> 'message', this_message_uuid, (p_turn ->> 'run_id')::uuid)
    returning id into this_message_id;
  end if;

  if decided is not null then
    -- The turn that goes on is seen from its beginning, whatever its length.
    select greatest(history_limit, count(*)) into history_limit
      from public.chat_message_history
     where session_id = chat.id and id >= (
       select id from public.chat_message_history where session_id = chat.id and message_uuid = this_message_uuid);
  end if;

  if chat.id is not null then
    select jsonb_build_object('content', content, 'up_to_message_id', up_to_message_id, 'is_untrusted', is_untrusted)
      into summary from public.chat_summaries where chat_id = chat.id;
  end if;

  return jsonb_build_object(
    'outcome', 'opened',
    'chat_id', chat.id,
    'agent_id', agent.id,
    'agent_name', this_agent_name,
    'config_version', agent.config_version,
    'is_repeat', is_repeat,
    'has_title', chat.title is not null and not is_new_chat,
    'context', coalesce(chat.context, '{}'),
    'summary', summary,
    'actions', coalesce(decided -> 'actions', '[]'),
    -- The new message is not in it; one that is tried again is, with what came of it the first time.
    'history', (
      select coalesce(jsonb_agg(jsonb_build_object('id', recent.id, 'message', recent.message) order by recent.id), '[]')
        from (select id, message from public.chat_message_history
               where session_id = chat.id
                 and id > coalesce((summary ->> 'up_to_message_id')::bigint, 0)
                 and (is_repeat or id is distinct from this_message_id)
               order by id desc limit history_limit) recent),
    'customizations', (
      select coalesce(jsonb_agg(content order by priority desc, created_at), '[]')
        from public.user_agent_prompt_customizations where agent_name = this_agent_name and is_active),
    'memories', (
      select coalesce(jsonb_agg(to_jsonb(remembered)), '[]')
        from (select left(content, 600) as content, kind, is_untrusted, created_at from public.agent_long_term_memory
               where agent_name = this_agent_name order by created_at desc limit 20) as remembered),
    'time_zone', (select timezone from public.profiles where id = caller_id),
    'preferences', (select coalesce(jsonb_object_agg(tool_id, approval), '{}') from public.user_tool_preferences),
    'consents', (select coalesce(jsonb_agg(jsonb_build_array(tool_id, tool_hash)), '[]') from public.tool_consents));
end
$$;
