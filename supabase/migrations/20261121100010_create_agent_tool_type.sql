-- A tool may be another agent: an AgentTool hands a task to the agent that its config names. A shared agent asks shared
-- agents only, so that nobody's own agent can slip in under a name; a user's own agent asks the user's first. What the
-- model is told of it is the other agent's description, which travels with the tool and is followed when it changes.

create function private.find_asked_agent(agent_name text, asking_owner uuid) returns public.agent_configurations
language sql stable
set search_path = ''
begin atomic
  select agent from public.agent_configurations as agent
  where agent.agent_name = find_asked_agent.agent_name and agent.is_active
    and (agent.owner_id is null or agent.owner_id = asking_owner)
  order by agent.owner_id is null
  limit 1;
end;
comment on function private.find_asked_agent(text, uuid) is
  'The active agent of this name that an agent with this owner (null: a shared one) may ask; null when there is none.';

create function private.describe_asked_agent(tool public.agent_tools, asking_owner uuid) returns jsonb
language sql stable
set search_path = ''
begin atomic
  select jsonb_build_object(
    'agent_name', agent.agent_name, 'display_name', agent.display_name, 'description', agent.description
  )
  from private.find_asked_agent(tool.config ->> 'agent_name', asking_owner) as agent
  where tool.type = 'AgentTool' and agent.id is not null;
end;
comment on function private.describe_asked_agent(public.agent_tools, uuid) is
  'What an AgentTool''s model is told of the agent that it asks: {agent_name, display_name, description}; null for other types, and when there is none.';

create function private.check_asked_agent(tool public.agent_tools) returns void
language plpgsql stable
set search_path = ''
as $$
declare
  asking public.agent_configurations := (select agent from public.agent_configurations as agent where id = tool.agent_id);
  asked public.agent_configurations := private.find_asked_agent(tool.config ->> 'agent_name', asking.owner_id);
  hint text := (
    select 'Agents to ask: ' || string_agg(distinct agent_name, ', ') || '.' from public.agent_configurations
    where is_active and (owner_id is null or owner_id = asking.owner_id) and id <> asking.id
  );
begin
  if jsonb_typeof(tool.config -> 'agent_name') is distinct from 'string' then
    perform private.refuse(format('Tool %s needs an agent_name in its config.', tool.name), hint);
  elsif asked.id is null then
    perform private.refuse(
      format('Tool %s asks the agent %s, but there is no active %s of that name.', tool.name, tool.config ->> 'agent_name',
             case when asking.owner_id is null then 'shared agent' else 'agent' end),
      hint
    );
  elsif asked.id = asking.id then
    perform private.refuse(format('Tool %s asks its own agent, %s.', tool.name, asked.agent_name), hint);
  end if;
  perform private.check_range(tool, 'max_depth', 1, 5, true);
  perform private.check_range(tool, 'max_model_calls', 1, 50, true);
  perform private.check_range(tool, 'timeout_seconds', 1, 600, false);
end
$$;
comment on function private.check_asked_agent(public.agent_tools) is 'Refuses an AgentTool that cannot work.';

insert into private.tool_types (name, check_function, config_keys) values
  ('AgentTool', 'check_asked_agent', array['agent_name', 'max_depth', 'max_model_calls', 'timeout_seconds']);

create index agent_tools_asked_agent_idx on public.agent_tools ((config ->> 'agent_name')) where type = 'AgentTool';

create function private.rebuild_asking_agents() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  perform private.bump_config_version(array(
    select agent_id from public.agent_tools
    where type = 'AgentTool' and config ->> 'agent_name' in (old.agent_name, new.agent_name)
  ));
  return null;
end
$$;
comment on function private.rebuild_asking_agents() is
  'Trigger: the agents that ask an agent are rebuilt when its name, its description or whether it answers changes.';

create trigger rebuild_asking_agents
  after insert or delete or update of agent_name, display_name, description, is_active on public.agent_configurations
  for each row execute function private.rebuild_asking_agents();

revoke execute on function
  private.find_asked_agent(text, uuid), private.describe_asked_agent(public.agent_tools, uuid),
  private.check_asked_agent(public.agent_tools), private.rebuild_asking_agents()
from public;
