-- Opening and closing a turn, with what users must not be able to write in the hands of the server. Both functions switch
-- within their one statement: as the user where policies decide (which agent, whose chat, its messages), and back
-- to the server's own login for the definer functions that keep runs, consent and usage.

drop function private.open_turn(jsonb, uuid, text, uuid, uuid, jsonb, text, double precision, integer);
drop function private.close_turn(jsonb, uuid, jsonb, jsonb, text);

-- The server's side of opening ---------------------------------------------------------------------------------------

create function private.account_state(p_user_id uuid) returns text
language sql stable security definer
set search_path = ''
as $$
  -- By to_jsonb: an auth service may lack the columns, and then nobody is banned.
  select coalesce((
    select case
      when (account ->> 'deleted_at') is not null then 'gone'
      when (account ->> 'banned_until')::timestamptz > now() then 'banned'
      else 'active' end
    from (select to_jsonb(users) as account from auth.users as users where users.id = p_user_id) as found
  ), 'gone')
$$;
comment on function private.account_state(uuid) is 'active, banned or gone: whether this user may act now, whatever their token says.';

create function private.over_limit(p_user_id uuid, p_limits jsonb) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  max_running integer := (p_limits ->> 'concurrent_runs')::integer;
  max_a_minute integer := (p_limits ->> 'requests_per_minute')::integer;
  max_tokens bigint := (p_limits ->> 'tokens_per_day')::bigint;
  oldest timestamptz;
begin
  if coalesce(max_running, max_a_minute, max_tokens) is null then
    return null;
  end if;
  -- Two requests of one user are counted one after the other.
  perform pg_advisory_xact_lock(hashtextextended(p_user_id::text, 7224002));
  if max_running is not null and (
    select count(*) from public.chat_runs
     where user_id = p_user_id and status = 'running' and lease_expires_at >= now()) >= max_running then
    return jsonb_build_object('limit', 'concurrent_runs', 'most', max_running, 'retry_after_seconds', 2);
  end if;
  if max_a_minute is not null then
    select started_at into oldest from public.chat_runs
     where user_id = p_user_id and started_at > now() - interval '1 minute' and parent_run_id is null
     order by started_at desc offset max_a_minute - 1 limit 1;
    if found then
      return jsonb_build_object('limit', 'requests_per_minute', 'most', max_a_minute, 'retry_after_seconds',
        greatest(1, ceil(extract(epoch from oldest + interval '1 minute' - now()))::integer));
    end if;
  end if;
  if max_tokens is not null and (
    select sum(input_tokens + output_tokens) from public.user_usage
     where user_id = p_user_id and day = (now() at time zone 'UTC')::date) >= max_tokens then
    return jsonb_build_object('limit', 'tokens_per_day', 'most', max_tokens, 'retry_after_seconds',
      ceil(extract(epoch from date_trunc('day', now() at time zone 'UTC') + interval '1 day' - (now() at time zone 'UTC')))::integer);
  end if;
  return null;
end
$$;
comment on function private.over_limit(uuid, jsonb) is
  'Which limit {concurrent_runs, requests_per_minute, tokens_per_day} a user has reached: {limit, most, retry_after_seconds}; null for none.';

create function private.drop_waiting_actions(p_run_id uuid, p_status text, p_reason text, p_run_status text)
returns void
language plpgsql security definer
set search_path = ''
as $$
begin
  -- Locked before its actions, as for a decision: one that is just being made is waited for, and holds.
  perform from public.chat_runs where id = p_run_id and status = 'waiting' for update;
  if not found then
    return;
  end if;

  with dropped as (
    update public.pending_actions
       set status = p_status, decided_at = now(), decision_reason = p_reason
     where run_id = p_run_id and status in ('pending', 'approved', 'rejected') and result is null
    returning id, user_id, chat_id, tool_call_id, tool_name
  ), told as (
    insert into public.chat_message_history (session_id, user_id, run_id, message)
    select chat_id, user_id, p_run_id,
           private.tool_message(tool_call_id, tool_name, p_reason || ' This call was not carried out.', 'error')
      from dropped order by id
  )
  insert into public.action_decisions (action_id, user_id, decision, reason)
  select id, user_id, case p_status when 'expired' then 'expire' else 'stop' end, p_reason from dropped;

  update public.chat_runs
     set status = p_run_status, finished_at = now(),
         error = jsonb_build_object('code', case p_status when 'expired' then 'approval_expired' else 'turn_cancelled' end, 'message', p_reason)
   where id = p_run_id and status = 'waiting';
end
$$;
comment on function private.drop_waiting_actions(uuid, text, text, text) is
  'Ends a turn that waits: none of its calls is carried out, and its chat says so.';

create function private.expire_action_runs(p_limit integer, p_at timestamptz default now()) returns integer
language plpgsql security definer
set search_path = ''
as $$
declare
  expired integer := 0;
  waiting_run_id uuid;
begin
  for waiting_run_id in
    select run.id from public.chat_runs as run
     where run.status = 'waiting' and run.id in (
       select action.run_id from public.pending_actions as action
        where action.status = 'pending' and action.expires_at < p_at
        order by action.expires_at limit p_limit)
     for update skip locked
  loop
    perform private.drop_waiting_actions(waiting_run_id, 'expired', 'Nobody allowed it in time.', 'cancelled');
    expired := expired + 1;
  end loop;
  return expired;
end
$$;
comment on function private.expire_action_runs(integer, timestamptz) is
  'Ends turns that have waited for a decision for longer than they may at p_at; how many.';

create function private.claim_run(p_user_id uuid, p_run jsonb) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  this_chat_id uuid := (p_run ->> 'chat_id')::uuid;
  other public.chat_runs;
  refusal jsonb;
begin
  if private.account_state(p_user_id) <> 'active' then
    return jsonb_build_object('outcome', 'user_not_found');
  end if;
  refusal := private.over_limit(p_user_id, p_run -> 'limits');
  if refusal is not null then
    return jsonb_build_object('outcome', 'rate_limited') || refusal;
  end if;

  loop
    insert into public.chat_runs
      (id, chat_id, user_id, agent_id, agent_name, config_version, user_message_uuid, parent_run_id, lease_expires_at)
    values
      ((p_run ->> 'run_id')::uuid, this_chat_id, p_user_id, (p_run ->> 'agent_id')::uuid, p_run ->> 'agent_name',
       (p_run ->> 'config_version')::bigint, (p_run ->> 'message_id')::uuid, (p_run ->> 'parent_run_id')::uuid,
       now() + make_interval(secs => (p_run ->> 'lease_seconds')::double precision))
    on conflict do nothing;
    if found then
      return jsonb_build_object('outcome', 'claimed');
    end if;

    select * into other from public.chat_runs where id = (p_run ->> 'run_id')::uuid;
    if found then
      -- A client chose the id of a run that there is already, or somebody else's.
      return jsonb_build_object('outcome', 'run_id_taken');
    end if;
    select * into other from public.chat_runs where chat_id = this_chat_id and status in ('running', 'waiting');
    if found and other.status = 'running' and not private.interrupt_run(other.id) then
      return jsonb_build_object('outcome', 'chat_busy', 'run_id', other.id);
    elsif found and other.status = 'waiting' then
      if exists (select from public.pending_actions
                  where run_id = other.id and status = 'pending' and coalesce(expires_at > now(), true)) then
        return jsonb_build_object('outcome', 'approval_pending', 'run_id', other.id);
      end if;
      perform private.drop_waiting_actions(other.id, 'expired', 'Nobody allowed it in time.', 'cancelled');
    end if;
    -- The other run has ended: claim again.
  end loop;
end
$$;
comment on function private.claim_run(uuid, jsonb) is
  'Makes the running row of a turn, if the user is there, within their limits, and the chat is free: {outcome, ...}.';

create function private.decide_actions(p_user_id uuid, p_run_id uuid, p_decisions jsonb) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  wanted uuid[] := array(select (value ->> 'action_id')::uuid from jsonb_array_elements(p_decisions));
  decision jsonb;
  decided public.pending_actions;
  this_run_id uuid;
  undecided integer;
begin
  -- Everything is looked at before anything is written: a refused request has decided nothing.
  select run_id into this_run_id from public.pending_actions where id = wanted[1] and user_id = p_user_id;
  if not found or exists (
    select from unnest(wanted) as given (id)
     where not exists (select from public.pending_actions as action where action.id = given.id and action.user_id = p_user_id)
  ) then
    return jsonb_build_object('outcome', 'action_not_found');
  elsif (select count(*) from public.pending_actions where id = any (wanted) and run_id = this_run_id) < cardinality(wanted) then
    return jsonb_build_object('outcome', 'actions_of_several_turns');
  end if;

  -- All actions of a run are decided one after the other: the last one alone goes on.
  perform from public.chat_runs where id = this_run_id for update;
  select * into decided from public.pending_actions
   where id = any (wanted) and (status <> 'pending' or expires_at <= now())
   order by status limit 1;
  if found then
    return jsonb_build_object('outcome', 'action_decided', 'run_id', this_run_id,
      'status', case when decided.status = 'pending' then 'expired' else decided.status end,
      'continued_by', (select id from public.chat_runs where parent_run_id = this_run_id limit 1));
  elsif exists (select from public.chat_runs where id = p_run_id) then
    -- A client chose the id of a run that there is already, or somebody else's.
    return jsonb_build_object('outcome', 'run_id_taken');
  end if;

  for decision in select value from jsonb_array_elements(p_decisions) loop
    update public.pending_actions
       set status = case decision ->> 'decision' when 'approve' then 'approved' else 'rejected' end,
           proposed_arguments = case when jsonb_typeof(decision -> 'arguments') = 'object' then arguments end,
           arguments = case when jsonb_typeof(decision -> 'arguments') = 'object' then decision -> 'arguments' else arguments end,
           decided_by = p_user_id, decided_at = now(), decision_reason = decision ->> 'reason'
     where id = (decision ->> 'action_id')::uuid
    returning * into decided;
    insert into public.action_decisions (action_id, user_id, decision, arguments, reason)
    values (decided.id, p_user_id, decision ->> 'decision',
            case decided.status when 'approved' then decided.arguments end, decided.decision_reason);
    if decided.status = 'approved' and (decision ->> 'always')::boolean and decided.tool_id is not null and decided.tool_hash is not null then
      insert into public.tool_consents (user_id, tool_id, tool_name, agent_name, tool_hash)
      values (p_user_id, decided.tool_id, decided.tool_name, decided.agent_name, decided.tool_hash)
      on conflict (user_id, tool_id, tool_name) do update
        set agent_name = excluded.agent_name, tool_hash = excluded.tool_hash, created_at = now();
      insert into public.action_decisions (action_id, user_id, decision) values (decided.id, p_user_id, 'always_allow');
    end if;
  end loop;

  select count(*) into undecided from public.pending_actions where run_id = this_run_id and status = 'pending';
  if undecided > 0 then
    return jsonb_build_object('outcome', 'decided', 'run_id', this_run_id, 'undecided', undecided);
  end if;
  update public.chat_runs set status = 'completed' where id = this_run_id and status = 'waiting';
  return (
    select jsonb_build_object('outcome', 'all_decided', 'parent_run_id', run.id, 'chat_id', run.chat_id,
             'agent_name', run.agent_name, 'message_id', run.user_message_uuid,
             'actions', (select jsonb_agg(jsonb_build_object(
                           'id', action.id, 'tool_call_id', action.tool_call_id, 'tool_name', action.tool_name,
                           'tool_hash', action.tool_hash,
                           'arguments', action.arguments, 'is_edited', action.proposed_arguments is not null,
                           'status', action.status, 'reason', action.decision_reason)
                           order by action.created_at, action.id)
                           from public.pending_actions as action where action.run_id = run.id))
      from public.chat_runs as run where run.id = this_run_id);
end
$$;
comment on function private.decide_actions(uuid, uuid, jsonb) is
  'Decides [{action_id, decision, arguments, reason, always}] of one turn, each once: all of them, or none. Says whether others are left, or what the turn goes on with as the run p_run_id.';

-- Opening ------------------------------------------------------------------------------------------------------------

create function private.open_turn(p_claims jsonb, p_turn jsonb) returns jsonb
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
        from (select left(content, 600) as content, kind, created_at from public.agent_long_term_memory
               where agent_name = this_agent_name order by created_at desc limit 20) as remembered),
    'time_zone', (select timezone from public.profiles where id = caller_id),
    'preferences', (select coalesce(jsonb_object_agg(tool_id, approval), '{}') from public.user_tool_preferences),
    'consents', (select coalesce(jsonb_agg(jsonb_build_array(tool_id, tool_hash)), '[]') from public.tool_consents));
end
$$;
comment on function private.open_turn(jsonb, jsonb) is
  'Opens a turn for the user of the claims: {run_id, lease_seconds, history_limit, limits} and either a message {agent_name, chat_id, may_begin_chat, keeps_no_chat, message_id, message, title} or {decisions}. Gives {outcome: "opened", ...} with all that the turn needs, or {outcome, ...} when it cannot begin; nothing is kept then.';

-- Closing ------------------------------------------------------------------------------------------------------------

create function private.finish_run(p_user_id uuid, p_run_id uuid, p_close jsonb) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  run public.chat_runs;
begin
  update public.chat_runs
     set status = p_close ->> 'status',
         model = p_close ->> 'model',
         input_tokens = (p_close ->> 'input_tokens')::bigint,
         output_tokens = (p_close ->> 'output_tokens')::bigint,
         total_tokens = (p_close ->> 'total_tokens')::bigint,
         model_calls = (p_close ->> 'model_calls')::integer,
         tool_calls = (p_close ->> 'tool_calls')::integer,
         cost_usd = private.cost_of(p_close -> 'by_model'),
         latency_ms = (p_close ->> 'latency_ms')::integer,
         error = nullif(p_close -> 'error', 'null'),
         config_version = coalesce((p_close ->> 'config_version')::bigint, config_version),
         tools = nullif(p_close -> 'tools', 'null'),
         finished_at = now()
   where id = p_run_id and user_id = p_user_id and status = 'running'
  returning * into run;
  if not found then
    select * into run from public.chat_runs where id = p_run_id and user_id = p_user_id;
    -- Closed before: the answer to the first attempt was lost on its way.
    return jsonb_build_object('outcome', case when run.status is null or run.status in ('interrupted', 'running') then 'lost' else 'closed' end);
  end if;

  perform private.add_usage(p_user_id, run.agent_name, p_close || '{"runs": 1}');
  delete from private.run_journal where run_id = p_run_id;

  update public.pending_actions as action
     set status = done ->> 'status', result = jsonb_build_object('text', done -> 'result')
    from jsonb_array_elements(coalesce(p_close -> 'executed', '[]')) as done
   where action.run_id = run.parent_run_id and action.tool_call_id = done ->> 'tool_call_id';

  insert into public.pending_actions
    (id, run_id, chat_id, user_id, agent_name, tool_id, tool_name, tool_call_id, arguments, summary, preview, tool_hash, expires_at,
     created_at)
  select (asked ->> 'id')::uuid, p_run_id, run.chat_id, p_user_id, run.agent_name,
         (select id from public.agent_tools where id = (asked ->> 'tool_id')::uuid), asked ->> 'tool_name', asked ->> 'tool_call_id',
         asked -> 'arguments', asked ->> 'summary', nullif(asked -> 'preview', 'null'), asked ->> 'tool_hash',
         now() + make_interval(secs => (asked ->> 'expires_in_seconds')::double precision),
         -- Later for each, which keeps the calls in their order.
         clock_timestamp()
    from jsonb_array_elements(coalesce(p_close -> 'asked', '[]')) as asked;
  return jsonb_build_object('outcome', 'finished', 'chat_id', run.chat_id);
end
$$;
comment on function private.finish_run(uuid, uuid, jsonb) is
  'Ends a running run: how, what it cost, what now waits for consent, and what became of what was allowed. {outcome: finished, closed (before) or lost}.';

create function private.close_turn(p_claims jsonb, p_run_id uuid, p_close jsonb) returns text
language plpgsql
set search_path = ''
as $$
declare
  finished jsonb;
begin
  finished := private.finish_run((p_claims ->> 'sub')::uuid, p_run_id, p_close);
  if finished ->> 'outcome' <> 'finished' or finished ->> 'chat_id' is null then
    return finished ->> 'outcome';
  end if;

  perform private.become_user(p_claims);
  insert into public.chat_message_history (session_id, message, message_uuid, run_id)
  select (finished ->> 'chat_id')::uuid, item.value -> 'message', (item.value ->> 'message_uuid')::uuid, p_run_id
    from jsonb_array_elements(p_close -> 'messages') with ordinality as item (value, position)
   order by item.position;
  update public.chats
     set last_message_at = now(), title = coalesce(title, p_close ->> 'title')
   where id = (finished ->> 'chat_id')::uuid;
  return 'finished';
end
$$;
comment on function private.close_turn(jsonb, uuid, jsonb) is
  'Ends a turn of the user of the claims: finishes its run and appends its messages ([{message_uuid, message}], in order). finished; closed when that had been done before; lost, and nothing is written, when the run was given up.';

-- Stopping -----------------------------------------------------------------------------------------------------------

create function private.cancel_run(p_user_id uuid, p_run_id uuid) returns text
language plpgsql security definer
set search_path = ''
as $$
declare
  run public.chat_runs;
begin
  select * into run from public.chat_runs where id = p_run_id and user_id = p_user_id for no key update;
  if not found then
    return null;
  elsif run.status = 'waiting' then
    perform private.drop_waiting_actions(p_run_id, 'rejected', 'The user stopped the turn.', 'cancelled');
    return 'cancelled';
  elsif run.status = 'running' and run.lease_expires_at < now() then
    perform private.interrupt_run(p_run_id);
    return 'interrupted';
  elsif run.status = 'running' then
    update public.chat_runs set cancel_requested_at = coalesce(cancel_requested_at, now()) where id = p_run_id;
  end if;
  return run.status;
end
$$;
comment on function private.cancel_run(uuid, uuid) is
  'Stops a run of this user: its status, running when its server has yet to see it; null when there is none.';

revoke execute on function
  private.account_state(uuid), private.over_limit(uuid, jsonb), private.drop_waiting_actions(uuid, text, text, text),
  private.expire_action_runs(integer, timestamptz), private.claim_run(uuid, jsonb),
  private.decide_actions(uuid, uuid, jsonb), private.open_turn(jsonb, jsonb), private.finish_run(uuid, uuid, jsonb),
  private.close_turn(jsonb, uuid, jsonb), private.cancel_run(uuid, uuid)
from public;
grant execute on function
  private.account_state(uuid), private.expire_action_runs(integer, timestamptz), private.claim_run(uuid, jsonb),
  private.decide_actions(uuid, uuid, jsonb), private.open_turn(jsonb, jsonb), private.finish_run(uuid, uuid, jsonb),
  private.close_turn(jsonb, uuid, jsonb), private.cancel_run(uuid, uuid)
to clarity_server;
