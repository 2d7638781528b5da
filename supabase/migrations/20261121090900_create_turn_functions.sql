-- One turn is one round trip to open and one to close. Both functions are called by the chat server's own
-- login role and drop to the signed-in user before they touch a table, so row-level security decides what
-- they can see and write. They are functions, and not statements in the server, because plpgsql keeps their
-- plans and because the claim of a chat needs several statements that see one another's rows.
--
-- load_agent is the opposite: it must read prompts and tool configs that the user may not, so it runs as its
-- owner, is executable by the chat server alone, and returns one agent that this user may talk to.


-- Opening a turn ---------------------------------------------------------------------------------------

create function private.open_turn(
  p_claims jsonb,
  p_chat_id uuid,
  p_agent_name text,
  p_run_id uuid,
  p_message_uuid uuid,
  p_message jsonb,
  p_title text,
  p_lease_seconds double precision,
  p_history_limit integer
) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  agent record;
  this_chat_id uuid := p_chat_id;
  other_run_id uuid;
  this_message_id bigint;
  history jsonb;
  customizations jsonb;
begin
  perform private.become_user(p_claims);

  select id, config_version into agent
    from public.agent_configurations
   where agent_name = p_agent_name and is_active
   order by owner_id is null
   limit 1;
  if not found then
    return jsonb_build_object('outcome', 'agent_not_found');
  end if;

  if this_chat_id is null then
    insert into public.chats (agent_name, title) values (p_agent_name, p_title) returning id into this_chat_id;
  elsif not exists (select from public.chats where id = this_chat_id) then
    return jsonb_build_object('outcome', 'chat_not_found');
  end if;

  select id into this_message_id
    from public.chat_message_history
   where session_id = this_chat_id and message_uuid = p_message_uuid;
  if found then
    select id into other_run_id
      from public.chat_runs
     where chat_id = this_chat_id
       and user_message_uuid = p_message_uuid
       and status not in ('failed', 'cancelled')
     limit 1;
    if found then
      return jsonb_build_object('outcome', 'message_already_sent', 'run_id', other_run_id);
    end if;
  end if;

  -- A server that died in the middle of a turn leaves its run behind; the lease says when to give it up.
  update public.chat_runs
     set status = 'failed',
         error = jsonb_build_object('code', 'lease_expired', 'message', 'The server stopped during this turn.'),
         finished_at = now()
   where chat_id = this_chat_id and status = 'running' and lease_expires_at < now();

  loop
    insert into public.chat_runs
      (id, chat_id, agent_id, agent_name, config_version, user_message_uuid, lease_expires_at)
    values
      (p_run_id, this_chat_id, agent.id, p_agent_name, agent.config_version, p_message_uuid,
       now() + make_interval(secs => p_lease_seconds))
    on conflict (chat_id) where status = 'running' do nothing;
    exit when found;

    select id into other_run_id
      from public.chat_runs
     where chat_id = this_chat_id and status = 'running';
    if found then
      return jsonb_build_object('outcome', 'chat_busy', 'run_id', other_run_id);
    end if;
    -- The other run ended between the two statements: claim again.
  end loop;

  if this_message_id is null then
    insert into public.chat_message_history (session_id, message, message_uuid, run_id)
    values (this_chat_id, p_message, p_message_uuid, p_run_id)
    returning id into this_message_id;
  end if;

  select coalesce(jsonb_agg(recent.message order by recent.id), '[]') into history
    from (select id, message from public.chat_message_history
           where session_id = this_chat_id and id < this_message_id
           order by id desc limit p_history_limit) recent;

  select coalesce(jsonb_agg(content order by priority desc, created_at), '[]') into customizations
    from public.user_agent_prompt_customizations
   where agent_name = p_agent_name and is_active;

  return jsonb_build_object(
    'outcome', 'opened',
    'chat_id', this_chat_id,
    'agent_id', agent.id,
    'config_version', agent.config_version,
    'history', history,
    'customizations', customizations);
end
$$;
comment on function private.open_turn is
  'As the user of p_claims: finds the agent and the chat (a null p_chat_id makes one), claims it for p_run_id, stores the message once (a failed turn may be sent again) and returns {outcome, chat_id, agent_id, config_version, history, customizations}, or {outcome, run_id} when the turn cannot begin.';


-- Closing a turn ---------------------------------------------------------------------------------------

create function private.close_turn(
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
comment on function private.close_turn is
  'As the user of p_claims: ends a running run with its outcome, appends its messages ([{message_uuid, message}], in order) and touches the chat. False, and nothing is written, when the run is no longer the running one.';


-- Loading an agent -------------------------------------------------------------------------------------

create function private.load_agent(p_agent_id uuid, p_user_id uuid) returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  -- Several tools work on one table: each table is described once.
  with described as materialized (
    select table_name, private.describe_table(table_name) as description
      from (select distinct config ->> 'table_name' as table_name
              from public.agent_tools
             where agent_id = p_agent_id and is_active) named
  )
  select to_jsonb(agent) || jsonb_build_object('tools', (
           select coalesce(jsonb_agg(
                    to_jsonb(tool) || jsonb_build_object('table', described.description)
                    order by tool."order", tool.name), '[]')
             from public.agent_tools tool
             left join described on described.table_name = tool.config ->> 'table_name'
            where tool.agent_id = agent.id and tool.is_active))
    from public.agent_configurations agent
   where agent.id = p_agent_id
     and agent.is_active
     and (agent.owner_id is null or agent.owner_id = p_user_id)
$$;
comment on function private.load_agent is
  'An agent that this user may talk to, with its active tools in order and the table each works on; null when there is none. Reads prompts and configs on behalf of the chat server only.';


revoke execute on function private.open_turn, private.close_turn, private.load_agent from public;
grant execute on function private.open_turn, private.close_turn, private.load_agent to clarity_server;
