-- What the chat server tells about agents. Prompts, model settings and tools are hidden from the API's roles, so these
-- functions read them as their owner, for the user that the server has verified, and hand out only what that user may
-- know: everything to an agent's owner, and to admins of shared agents; what it is for to everybody else.

create function private.may_manage(agent public.agent_configurations, p_user_id uuid) returns boolean
language sql stable
set search_path = ''
return agent.owner_id = p_user_id
  or (agent.owner_id is null and exists (select from public.admins where user_id = p_user_id));
comment on function private.may_manage(public.agent_configurations, uuid) is
  'Whether the user may change the agent: its owner, and admins when it is shared..';

create function private.public_part(agent public.agent_configurations, p_user_id uuid) returns jsonb
language sql stable
set search_path = ''
return jsonb_build_object(
  'id', agent.id,
  'agent_name', agent.agent_name,
  'display_name', agent.display_name,
  'description', agent.description,
  'is_private', agent.owner_id is not null,
  'is_active', agent.is_active,
  'config_version', agent.config_version,
  'tool_count', (select count(*) from public.agent_tools where agent_id = agent.id and is_active),
  'may_manage', coalesce(private.may_manage(agent, p_user_id), false)
);
comment on function private.public_part(public.agent_configurations, uuid) is
  'What everybody may know of an agent that they may talk to, and whether this user may change it.';

create function private.list_agents(p_user_id uuid) returns jsonb
language sql stable security definer
set search_path = ''
as $$
  select coalesce(jsonb_agg(private.public_part(reachable, p_user_id) order by reachable.agent_name), '[]')
    from (select distinct on (agent_name) * from public.agent_configurations
           where is_active and (owner_id is null or owner_id = p_user_id)
           -- A user's own agent hides a shared one of the same name.
           order by agent_name, owner_id is null) as reachable
$$;
comment on function private.list_agents(uuid) is 'The agents that this user may talk to, by name.';

create function private.read_agent(p_user_id uuid, p_agent_name text) returns jsonb
language sql stable security definer
set search_path = ''
as $$
  select private.public_part(agent, p_user_id) || case when private.may_manage(agent, p_user_id) then
           jsonb_build_object(
             'llm_config', agent.llm_config,
             'system_prompt', agent.system_prompt,
             'tools', (
               select coalesce(jsonb_agg(
                        to_jsonb(tool) - array['agent_id', 'created_at', 'updated_at']
                        order by tool."order", tool.name), '[]')
                 from public.agent_tools as tool where tool.agent_id = agent.id))
           else '{}' end
    from public.agent_configurations as agent
   where agent.agent_name = p_agent_name
     and (agent.owner_id = p_user_id
          or (agent.owner_id is null and (agent.is_active or private.may_manage(agent, p_user_id))))
   order by agent.owner_id is null
   limit 1
$$;
comment on function private.read_agent(uuid, text) is
  'The agent that this name means to this user; with llm_config, system_prompt and tools if they may change it.';

revoke execute on function
  private.may_manage(public.agent_configurations, uuid), private.public_part(public.agent_configurations, uuid),
  private.list_agents(uuid), private.read_agent(uuid, text)
from public;
grant execute on function private.list_agents(uuid), private.read_agent(uuid, text) to clarity_server;
