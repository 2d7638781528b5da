-- What can be proved of an HTTPTool's row without leaving the database: the shape of its config, where it would send
-- what, and whose credentials it asks for. Which hosts are allowed is a setting of the server; it checks that when it
-- builds the tool.

create function private.check_url(tool public.agent_tools) returns void
language plpgsql
set search_path = ''
as $$
declare
  url text := tool.config ->> 'url';
  hint constant text := 'Write "https://api.example.com/v1/things/{thing_id}"; parameters belong into query.';
begin
  if jsonb_typeof(tool.config -> 'url') is distinct from 'string' then
    perform private.refuse(format('Tool %s needs a url in its config.', tool.name), hint);
  elsif url !~ '^https?://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(/[!-~]*)?$' or url ~ '[?#\\]' then
    perform private.refuse(
      format('Tool %s: the url %s must be a scheme, a host in plain ASCII and a path, nothing else.', tool.name, url),
      hint
    );
  elsif url ~ '/\.{1,2}(/|$)' then
    perform private.refuse(format('Tool %s: the url must not have . or .. in its path.', tool.name), hint);
  end if;
end
$$;
comment on function private.check_url(public.agent_tools) is
  'Refuses a url with a login, a query, a fragment, or a host that is not written out.';

create function private.check_http_method(tool public.agent_tools) returns void
language plpgsql
set search_path = ''
as $$
declare
  method text := coalesce(tool.config ->> 'method', 'GET');
  methods constant text[] := array['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
begin
  if not method = any (methods) then
    perform private.refuse(
      format('Tool %s has the unknown method %s.', tool.name, method),
      format('One of: %s.', array_to_string(methods, ', '))
    );
  elsif method not in ('GET', 'HEAD') and coalesce(tool.config ->> 'retries', '0') <> '0' then
    perform private.refuse(
      format('Tool %s has retries, but a %s might be done twice.', tool.name, method), 'Leave retries out.'
    );
  elsif method in ('GET', 'HEAD') and coalesce(tool.config -> 'body', 'null') <> 'null' then
    perform private.refuse(format('Tool %s has a body, but a %s has none.', tool.name, method), 'Use query.');
  end if;
end
$$;
comment on function private.check_http_method(public.agent_tools) is
  'Refuses an unknown method, and what does not go with the method.';

create function private.check_argument_names(tool public.agent_tools) returns void
language sql
set search_path = ''
begin atomic
  select private.refuse(
    format('Tool %s: %s cannot be the name of an argument.', tool.name, name),
    'Use letters, digits and _; url, query, headers and body say where the argument goes.'
  ) from private.flat_arguments(tool) where name !~ '^[A-Za-z][A-Za-z0-9_]{0,63}$';
end;
comment on function private.check_argument_names(public.agent_tools) is
  'Refuses an argument that no {placeholder} could stand for.';

create function private.check_placeholders(tool public.agent_tools, key text) returns void
language plpgsql
set search_path = ''
as $$
declare
  stray text;
begin
  -- In the url every {word} is an argument; elsewhere only a text that is nothing but one.
  select place[1] into stray from regexp_matches(
    (tool.config -> key)::text,
    case key when 'url' then '\{([^{}]*)\}?' else '"\{([A-Za-z][A-Za-z0-9_]*)\}"' end, 'g'
  ) as place
  where not exists (select from private.flat_arguments(tool) where name = place[1])
  limit 1;
  if stray is not null then
    perform private.refuse(
      format('Tool %s: %s holds {%s}, which is no argument.', tool.name, key, stray),
      'Declare it in runtime_args_schema.'
    );
  end if;
end
$$;
comment on function private.check_placeholders(public.agent_tools, text) is
  'Refuses a template that asks for an argument that the model is not offered.';

create function private.check_headers(tool public.agent_tools) returns void
language plpgsql
set search_path = ''
as $$
declare
  headers jsonb := tool.config -> 'headers';
  hint constant text := 'Write {"X-Version": "2"}, or {"X-Key": {"secret": "NAME"}} for CLARITY_SECRET_NAME.';
  name text;
  value jsonb;
begin
  perform private.require_type(tool.name, 'headers', headers, 'object', hint);
  for name, value in select * from jsonb_each(headers) loop
    if name !~ '^[A-Za-z0-9!#$%&''*+.^_`|~-]{1,64}$' or lower(name) = any (array[
      'host', 'content-length', 'transfer-encoding', 'connection', 'keep-alive', 'upgrade', 'te', 'trailer', 'expect',
      'accept-encoding', 'proxy-authorization', 'proxy-connection', 'forwarded', 'x-forwarded-for'
    ]) then
      perform private.refuse(format('Tool %s may not have the header %s.', tool.name, name), hint);
    elsif jsonb_typeof(value) = 'string' and lower(name) in ('authorization', 'cookie') then
      perform private.refuse(format('Tool %s: a secret must not be in the row (%s).', tool.name, name), hint);
    elsif jsonb_typeof(value) = 'string' and value #>> '{}' !~ '^[ -~]*$' then
      perform private.refuse(
        format('Tool %s: the header %s must be plain ASCII on one line.', tool.name, name), hint
      );
    elsif jsonb_typeof(value) <> 'string' then
      perform private.require_type(tool.name, 'the header ' || name, value, 'object', hint);
      perform private.check_secret_name(tool, value, array['secret'], hint);
    end if;
  end loop;
end
$$;
comment on function private.check_headers(public.agent_tools) is
  'Refuses headers that frame the message, and secrets that stand in the row.';

create function private.check_secret_name(tool public.agent_tools, given jsonb, keys text[], hint text) returns void
language plpgsql
set search_path = ''
as $$
begin
  if given - keys <> '{}' or not (given ? 'secret' or given ? 'user_credential') then
    perform private.refuse(format('Tool %s: %s does not name a secret.', tool.name, given), hint);
  elsif coalesce(given ->> 'secret', 'NAME') !~ '^[A-Z][A-Z0-9_]{0,62}$' then
    perform private.refuse(
      format('Tool %s: %s is no name of a secret.', tool.name, given ->> 'secret'), 'Use capitals, digits and _.'
    );
  elsif coalesce(given ->> 'user_credential', 'name') !~ '^[a-z][a-z0-9_-]{0,62}$' then
    perform private.refuse(
      format('Tool %s: %s is no name of a credential.', tool.name, given ->> 'user_credential'),
      'Use small letters, digits, _ and -.'
    );
  elsif given ? 'secret' and exists (
    select from public.agent_configurations where id = tool.agent_id and owner_id is not null
  ) then
    perform private.refuse(
      format('Tool %s may not use the operator''s secret %s: a user owns its agent.', tool.name, given ->> 'secret'),
      'Use {"user_credential": "name"}, which each user sets for themselves.'
    );
  end if;
end
$$;
comment on function private.check_secret_name(public.agent_tools, jsonb, text[], text) is
  'Refuses what is no reference to a secret, and an operator''s secret in an agent that a user owns.';

create function private.check_credentials(tool public.agent_tools) returns void
language plpgsql
set search_path = ''
as $$
declare
  credentials jsonb := tool.config -> 'credentials';
  hint constant text :=
    'Write "none", "caller_jwt", {"secret": "NAME", "as": "bearer"} or {"user_credential": "name", "as": "basic"}.';
begin
  if credentials is null or credentials in ('"none"', '"caller_jwt"') then
    return;
  end if;
  perform private.require_type(tool.name, 'credentials', credentials, 'object', hint);
  if credentials ?& array['secret', 'user_credential'] then
    perform private.refuse(format('Tool %s: credentials name two secrets.', tool.name), hint);
  end if;
  perform private.check_secret_name(tool, credentials, array['secret', 'user_credential', 'as'], hint);
  if coalesce(credentials ->> 'as', 'bearer')
     !~ '^(bearer|basic|header:[A-Za-z0-9!#$%&''*+.^_`|~-]{1,64}|query:[A-Za-z0-9._~-]{1,64})$' then
    perform private.refuse(
      format('Tool %s: credentials cannot be sent as %s.', tool.name, credentials ->> 'as'),
      'One of: bearer, basic, header:NAME, query:NAME.'
    );
  end if;
end
$$;
comment on function private.check_credentials(public.agent_tools) is
  'Refuses credentials that are none of the kinds that there are.';

create function private.check_range(
  tool public.agent_tools, key text, lowest numeric, highest numeric, is_whole boolean
) returns void
language plpgsql
set search_path = ''
as $$
declare
  value jsonb := tool.config -> key;
  hint text := format('Write a number from %s to %s.', lowest, highest);
begin
  perform private.require_type(tool.name, key, value, 'number', hint);
  if value::numeric not between lowest and highest or (is_whole and value::numeric % 1 <> 0) then
    perform private.refuse(format('Tool %s: %s cannot be %s.', tool.name, key, value), hint);
  end if;
end
$$;
comment on function private.check_range(public.agent_tools, text, numeric, numeric, boolean) is
  'Refuses a config''s number that is out of range; one that is not there passes.';

create function private.check_http_tool(tool public.agent_tools) returns void
language plpgsql
set search_path = ''
as $$
begin
  perform private.check_url(tool);
  perform private.check_http_method(tool);
  perform private.check_flat_arguments(tool);
  perform private.check_argument_names(tool);
  perform private.require_type(
    tool.name, 'query', tool.config -> 'query', 'object', 'Write {"q": "{words}", "limit": 10}.'
  );
  perform private.check_headers(tool);
  perform private.check_credentials(tool);
  perform private.check_placeholders(tool, key) from unnest(array['url', 'query', 'headers', 'body']) as key;
  if coalesce(tool.config ->> 'body_format', 'json') not in ('json', 'form') then
    perform private.refuse(format('Tool %s: body_format is json or form.', tool.name), 'Leave it out for json.');
  elsif coalesce(tool.config ->> 'result_path', '$') not like '$%' then
    perform private.refuse(
      format('Tool %s: result_path is a JSONPath, which begins with $.', tool.name), 'Write "$.items[*].name".'
    );
  end if;
  perform private.check_range(tool, 'timeout_seconds', 0.001, 120, false);
  perform private.check_range(tool, 'retries', 0, 5, true);
  perform private.check_range(tool, 'max_bytes', 1, 5000000, true);
  perform private.require_type(tool.name, 'untrusted', tool.config -> 'untrusted', 'boolean', 'Write true or false.');
end
$$;
comment on function private.check_http_tool(public.agent_tools) is 'Refuses an HTTPTool that cannot work.';

insert into private.tool_types (name, check_function, config_keys) values (
  'HTTPTool', 'check_http_tool', array[
    'method', 'url', 'runtime_args_schema', 'query', 'headers', 'body', 'body_format', 'credentials', 'result_path',
    'timeout_seconds', 'retries', 'max_bytes', 'untrusted'
  ]
);

revoke execute on function
  private.check_url(public.agent_tools), private.check_http_method(public.agent_tools),
  private.check_argument_names(public.agent_tools),
  private.check_placeholders(public.agent_tools, text), private.check_headers(public.agent_tools),
  private.check_secret_name(public.agent_tools, jsonb, text[], text), private.check_credentials(public.agent_tools),
  private.check_range(public.agent_tools, text, numeric, numeric, boolean), private.check_http_tool(public.agent_tools)
from public;
