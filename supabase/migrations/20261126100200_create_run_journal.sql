-- What a run has done that must not be done twice. A call that changes something is noted in the transaction of its
-- effect, or before it where the effect is elsewhere; so when its server dies, what was done is known, and the chat goes
-- on with it. The note is also a fence: a server whose run was given up can change nothing more.
-- A turn that ends in order leaves no notes behind.

create table private.run_journal (
  run_id uuid not null references public.chat_runs (id) on delete cascade,
  tool_call_id text not null,
  position bigint generated always as identity,
  tool_name text not null,
  arguments jsonb not null,
  is_done boolean not null,
  created_at timestamptz not null default now(),
  primary key (run_id, tool_call_id)
);
comment on table private.run_journal is 'Calls of running turns that change something.';
comment on column private.run_journal.run_id is 'The turn.';
comment on column private.run_journal.tool_call_id is 'The model''s own identity for the call.';
comment on column private.run_journal.position is 'Order of the calls.';
comment on column private.run_journal.tool_name is 'The tool.';
comment on column private.run_journal.arguments is 'What it was called with.';
comment on column private.run_journal.is_done is 'True: the effect is in this database, as of the same commit. False: it was begun, elsewhere.';
comment on column private.run_journal.created_at is 'When it was called.';

create function private.journal_call(
  p_run_id uuid, p_user_id uuid, p_tool_call_id text, p_tool_name text, p_arguments jsonb, p_is_done boolean
) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  run record;
begin
  -- Held until the effect is committed: giving the run up waits for it. Renewing its lease does not.
  select cancel_requested_at into run from public.chat_runs
   where id = p_run_id and user_id = p_user_id and status = 'running' and lease_expires_at > now()
     for key share;
  if not found then
    raise exception 'run % is not running any more', p_run_id using errcode = 'CLR01';
  elsif run.cancel_requested_at is not null then
    raise exception 'run % is to stop', p_run_id using errcode = 'CLR02';
  end if;
  insert into private.run_journal (run_id, tool_call_id, tool_name, arguments, is_done)
  values (p_run_id, p_tool_call_id, p_tool_name, p_arguments, p_is_done)
  on conflict (run_id, tool_call_id) do update set is_done = excluded.is_done or run_journal.is_done;
end
$$;
comment on function private.journal_call(uuid, uuid, text, text, jsonb, boolean) is
  'Notes a call of a running turn, and fails when the turn is not running any more (SQLSTATE CLR01) or is to stop (CLR02).';

create function private.was_carried_out(p_run_id uuid, p_user_id uuid, p_tool_call_id text) returns boolean
language plpgsql security definer
set search_path = ''
as $$
begin
  -- Waits for the transaction that a lost connection may have left behind.
  perform from public.chat_runs where id = p_run_id and user_id = p_user_id for update;
  return found and exists (
    select from private.run_journal where run_id = p_run_id and tool_call_id = p_tool_call_id and is_done);
end
$$;
comment on function private.was_carried_out(uuid, uuid, text) is
  'Whether a call of a run took effect, for its server, which has lost the connection on which it was made.';

create function private.tool_message(p_tool_call_id text, p_tool_name text, p_content text, p_status text) returns jsonb
language sql immutable
set search_path = ''
return jsonb_build_object('type', 'tool', 'data', jsonb_build_object(
  'type', 'tool', 'content', p_content, 'name', p_tool_name, 'tool_call_id', p_tool_call_id, 'status', p_status,
  'additional_kwargs', '{}'::jsonb, 'response_metadata', '{}'::jsonb, 'id', null, 'artifact', null));
comment on function private.tool_message(text, text, text, text) is 'A tool''s answer, as LangChain keeps it.';

create function private.tool_call_message(p_tool_call_id text, p_tool_name text, p_arguments jsonb) returns jsonb
language sql immutable
set search_path = ''
return jsonb_build_object('type', 'ai', 'data', jsonb_build_object(
  'type', 'ai', 'content', '', 'name', null, 'id', null,
  'tool_calls', jsonb_build_array(jsonb_build_object(
    'type', 'tool_call', 'id', p_tool_call_id, 'name', p_tool_name, 'args', p_arguments)),
  'invalid_tool_calls', '[]'::jsonb, 'usage_metadata', null,
  'additional_kwargs', '{}'::jsonb, 'response_metadata', '{}'::jsonb));
comment on function private.tool_call_message(text, text, jsonb) is 'A model''s message that calls one tool, as LangChain keeps it.';

create function private.interrupt_run(p_run_id uuid, p_at timestamptz default now()) returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  run public.chat_runs;
  call record;
begin
  -- Waits for a tool's transaction that is being committed; what it noted is then seen below.
  select * into run from public.chat_runs where id = p_run_id for update;
  if not found or run.status <> 'running' or run.lease_expires_at >= p_at then
    return false;
  end if;

  if run.chat_id is not null then
    -- What a person had allowed or refused, and this run was to carry out.
    for call in
      select action.*, journal.run_id is not null as was_begun, coalesce(journal.is_done, false) as was_done
        from public.pending_actions as action
        left join private.run_journal as journal
          on journal.run_id = run.id and journal.tool_call_id = action.tool_call_id
       where action.run_id = run.parent_run_id and action.status in ('approved', 'rejected') and action.result is null
       order by action.created_at, action.id
    loop
      insert into public.chat_message_history (session_id, user_id, run_id, message)
      values (run.chat_id, run.user_id, run.id, private.tool_message(
        call.tool_call_id, call.tool_name, case
          when call.status = 'rejected' then 'The user refused this call. Reason: ' || coalesce(call.decision_reason, 'none given') || '.'
          when call.was_done then 'This was carried out. The server stopped before the result was kept: do not call it again for the same.'
          when call.was_begun then 'The server stopped during this call: whether it was carried out is not known. Look before calling it again.'
          else 'The user allowed this call, but the server stopped before it was carried out.'
        end, case when call.was_done then 'success' else 'error' end));
      update public.pending_actions
         set status = case when call.status = 'rejected' then 'rejected' when call.was_done then 'executed' else 'failed' end,
             result = jsonb_build_object('interrupted', true)
       where id = call.id;
      delete from private.run_journal where run_id = run.id and tool_call_id = call.tool_call_id;
    end loop;

    for call in select * from private.run_journal where run_id = run.id order by position loop
      insert into public.chat_message_history (session_id, user_id, run_id, message)
      values
        (run.chat_id, run.user_id, run.id,
         private.tool_call_message(call.tool_call_id, call.tool_name, call.arguments)),
        (run.chat_id, run.user_id, run.id, private.tool_message(
          call.tool_call_id, call.tool_name, case
            when call.is_done then 'This was carried out. The server stopped before the result was kept: do not call it again for the same.'
            else 'The server stopped during this call: whether it was carried out is not known. Look before calling it again.'
          end, case when call.is_done then 'success' else 'error' end));
    end loop;
    update public.chats set last_message_at = now() where id = run.chat_id;
  end if;

  delete from private.run_journal where run_id = run.id;
  update public.chat_runs
     set status = 'interrupted', finished_at = now(),
         error = jsonb_build_object('code', 'turn_interrupted', 'message', 'The server stopped during this turn.')
   where id = run.id;
  return true;
end
$$;
comment on function private.interrupt_run(uuid, timestamptz) is
  'Gives up a running turn whose lease has passed at p_at: what it had done becomes messages of its chat, and it is marked interrupted.';

create function private.interrupt_broken_runs(p_limit integer, p_at timestamptz default now()) returns integer
language plpgsql security definer
set search_path = ''
as $$
declare
  interrupted integer := 0;
  broken_run_id uuid;
begin
  for broken_run_id in
    select id from public.chat_runs
     where status = 'running' and lease_expires_at < p_at
     order by lease_expires_at limit p_limit
     for update skip locked
  loop
    interrupted := interrupted + private.interrupt_run(broken_run_id, p_at)::integer;
  end loop;
  return interrupted;
end
$$;
comment on function private.interrupt_broken_runs(integer, timestamptz) is
  'Gives up turns whose lease has passed at p_at, the oldest first; how many.';

create function private.renew_leases(p_run_ids uuid[], p_seconds double precision)
returns table (run_id uuid, is_lost boolean)
language sql security definer
set search_path = ''
as $$
  with renewed as (
    update public.chat_runs set lease_expires_at = now() + make_interval(secs => p_seconds)
     where id = any (p_run_ids) and status = 'running'
    returning id, cancel_requested_at is not null as is_cancelled
  )
  select wanted.id, renewed.id is null
    from unnest(p_run_ids) as wanted (id)
    left join renewed on renewed.id = wanted.id
   where renewed.id is null or renewed.is_cancelled
$$;
comment on function private.renew_leases(uuid[], double precision) is
  'Keeps these runs for another while. Gives those that are to stop: lost to another server or ended, or cancelled by their user.';

revoke execute on function
  private.journal_call(uuid, uuid, text, text, jsonb, boolean), private.was_carried_out(uuid, uuid, text),
  private.tool_message(text, text, text, text),
  private.tool_call_message(text, text, jsonb), private.interrupt_run(uuid, timestamptz),
  private.interrupt_broken_runs(integer, timestamptz),
  private.renew_leases(uuid[], double precision)
from public;
grant execute on function
  private.journal_call(uuid, uuid, text, text, jsonb, boolean), private.was_carried_out(uuid, uuid, text),
  private.interrupt_broken_runs(integer, timestamptz),
  private.renew_leases(uuid[], double precision)
to clarity_server;
