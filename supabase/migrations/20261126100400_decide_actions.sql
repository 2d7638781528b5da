-- A person's decision about tool calls that wait: each is decided once, however many click, and written down. With the last
-- one the turn goes on.

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

revoke execute on function private.decide_actions(uuid, uuid, jsonb) from public;
grant execute on function private.decide_actions(uuid, uuid, jsonb) to clarity_server;
