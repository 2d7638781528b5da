-- An agent may name models that are asked when its own does not answer. A list that cannot work is refused when it is
-- written, as the model's name is, and not at the moment when the first model is down.

create or replace function private.check_agent_configuration() returns trigger
language plpgsql
set search_path = ''
as $$
declare
  form constant text := '^[a-z][a-z0-9_-]*:.+$';
  model jsonb := new.llm_config -> 'model';
  fallbacks jsonb := new.llm_config -> 'fallbacks';
  wrong jsonb;
begin
  if jsonb_typeof(model) <> 'string' or model #>> '{}' !~ form then
    raise check_violation using
      message = format('Agent %s: the model %s is not of the form provider:name.', new.agent_name, model),
      hint = 'Write for example {"model": "openai:gpt-5-mini"}, or leave model out for the server''s default.';
  end if;
  if jsonb_typeof(fallbacks) <> 'array' then
    raise check_violation using
      message = format('Agent %s: fallbacks is %s, not a list of models.', new.agent_name, fallbacks),
      hint = 'Write for example {"fallbacks": ["anthropic:claude-sonnet-5-5"]}, or leave fallbacks out.';
  end if;
  -- The same number as MAX_FALLBACKS in src/core/agents/llm_config.py.
  if jsonb_array_length(fallbacks) > 5 then
    raise check_violation using
      message = format('Agent %s has more than 5 fallbacks.', new.agent_name),
      hint = 'Each one may cost the user another wait: name the models that you would wait for.';
  end if;
  select name into wrong from jsonb_array_elements(fallbacks) as name
    where jsonb_typeof(name) <> 'string' or name #>> '{}' !~ form limit 1;
  if found then
    raise check_violation using
      message = format('Agent %s: the fallback %s is not of the form provider:name.', new.agent_name, wrong),
      hint = 'Write for example {"fallbacks": ["anthropic:claude-sonnet-5-5"]}.';
  end if;
  return new;
end
$$;
comment on function private.check_agent_configuration() is
  'Trigger: an agent''s model names its provider, and so do its fallbacks.';

drop trigger check_configuration on public.agent_configurations;
create trigger check_configuration before insert or update of llm_config on public.agent_configurations
  for each row when (jsonb_typeof(new.llm_config) = 'object' and new.llm_config ?| array['model', 'fallbacks'])
  execute function private.check_agent_configuration();
