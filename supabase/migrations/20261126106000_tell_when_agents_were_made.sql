-- A list of models in OpenAI's shape says when each was made, so what everybody may know of an agent does too.

create or replace function private.public_part(agent public.agent_configurations, p_user_id uuid) returns jsonb
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
  'may_manage', coalesce(private.may_manage(agent, p_user_id), false),
  'created_at', agent.created_at
);
