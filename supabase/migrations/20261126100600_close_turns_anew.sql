-- Closing a turn, or stopping it: the run's account is written by the server, its messages as the user.

drop function private.close_turn(jsonb, uuid, jsonb, jsonb, text);

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
  private.finish_run(uuid, uuid, jsonb), private.close_turn(jsonb, uuid, jsonb), private.cancel_run(uuid, uuid)
from public;
grant execute on function
  private.finish_run(uuid, uuid, jsonb), private.close_turn(jsonb, uuid, jsonb), private.cancel_run(uuid, uuid)
to clarity_server;
