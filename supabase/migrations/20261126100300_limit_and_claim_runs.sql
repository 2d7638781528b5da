-- What decides whether a turn may run now: the account, the user's limits, and that the chat is free. A chat whose last
-- turn waited for too long, or whose server died, is freed on the way. All of it is the server's to do: users read their
-- runs and write none.

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
      return jsonb_build_object('run_id', other.id, 'outcome', case
        -- Sent twice at once: the other one was faster.
        when other.user_message_uuid = (p_run ->> 'message_id')::uuid then 'message_already_sent' else 'chat_busy' end);
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

revoke execute on function
  private.account_state(uuid), private.over_limit(uuid, jsonb), private.drop_waiting_actions(uuid, text, text, text),
  private.expire_action_runs(integer, timestamptz), private.claim_run(uuid, jsonb)
from public;
grant execute on function
  private.account_state(uuid), private.expire_action_runs(integer, timestamptz), private.claim_run(uuid, jsonb)
to clarity_server;
