-- A run says exactly what answered: the version of the agent that was run, which may be newer than the one that was
-- there when the turn was opened, and the tool rows it had. Together with agent_config_history that explains, later,
-- why an agent did what it did.

alter table public.chat_runs add column tools jsonb;
alter table public.chat_runs add constraint tools_are_a_list check (jsonb_typeof(tools) = 'array');
comment on column public.chat_runs.tools is
  'The tools it ran with: [{"id", "name", "type", "hash"}], hash being of what the row said. Null when it never got that far.';
grant update (config_version, tools) on public.chat_runs to authenticated;

create or replace function private.close_turn(
  p_claims jsonb,
  p_run_id uuid,
  p_messages jsonb,
  p_outcome jsonb,
  p_title text
) returns boolean
language plpgsql
set search_path = ''
as $$
declare
  closed_chat_id uuid;
begin
  perform private.become_user(p_claims);

  update public.chat_runs
     set status = p_outcome ->> 'status',
         model = p_outcome ->> 'model',
         input_tokens = (p_outcome ->> 'input_tokens')::bigint,
         output_tokens = (p_outcome ->> 'output_tokens')::bigint,
         total_tokens = (p_outcome ->> 'total_tokens')::bigint,
         model_calls = (p_outcome ->> 'model_calls')::integer,
         tool_calls = (p_outcome ->> 'tool_calls')::integer,
         latency_ms = (p_outcome ->> 'latency_ms')::integer,
         error = nullif(p_outcome -> 'error', 'null'),
         config_version = coalesce((p_outcome ->> 'config_version')::bigint, config_version),
         tools = nullif(p_outcome -> 'tools', 'null'),
         finished_at = now()
   where id = p_run_id and status = 'running'
  returning chat_id into closed_chat_id;
  if not found then
    return false;
  end if;

  insert into public.chat_message_history (session_id, message, message_uuid, run_id)
  select closed_chat_id, item.value -> 'message', (item.value ->> 'message_uuid')::uuid, p_run_id
    from jsonb_array_elements(p_messages) with ordinality as item (value, position)
   order by item.position;

  update public.chats
     set last_message_at = now(), title = coalesce(title, p_title)
   where id = closed_chat_id;
  return true;
end
$$;
