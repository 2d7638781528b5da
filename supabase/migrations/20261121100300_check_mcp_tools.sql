-- What can be proved of an MCPTool's row without leaving the database: the shape of its config, and whose credentials
-- it asks for. Which hosts are allowed is a setting of the server, which checks it when it builds the tools; which
-- tools there are, only the remote server knows.

create function private.check_mcp_url(tool public.agent_tools) returns void
language plpgsql
set search_path = ''
as $$
declare
  url text := tool.config ->> 'url';
  hint constant text := 'Write "https://mcp.example.com/mcp", the server''s streamable HTTP endpoint.';
begin
  if jsonb_typeof(tool.config -> 'url') is distinct from 'string' then
    perform private.refuse(format('Tool %s needs a url in its config.', tool.name), hint);
  elsif url !~ '^https?://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?([/?][!-~]*)?$' or url ~ '[#{}\\]' then
    perform private.refuse(
      format('Tool %s: the url %s must be a plain address: a host in plain ASCII, no login, no fragment.', tool.name, url),
      hint
    );
  elsif length(url) > 2000 then
    perform private.refuse(format('Tool %s: the url is longer than 2000 characters.', tool.name), hint);
  end if;
end
$$;
comment on function private.check_mcp_url(public.agent_tools) is
  'Refuses an address with a login or a fragment, or a host that is not written out.';

create function private.check_allowed_tools(tool public.agent_tools) returns void
language plpgsql
set search_path = ''
as $$
declare
  allowed jsonb := tool.config -> 'allowed_tools';
  hint constant text := 'Write the server''s own names, ["search", "create_issue"], or leave it out for all.';
begin
  perform private.require_type(tool.name, 'allowed_tools', allowed, 'array', hint);
  if allowed = '[]' then
    perform private.refuse(format('Tool %s has an empty list of allowed_tools.', tool.name), hint);
  end if;
  perform private.require_type(tool.name, 'each of allowed_tools', name, 'string', hint)
    from jsonb_array_elements(allowed) as name;
end
$$;
comment on function private.check_allowed_tools(public.agent_tools) is 'Refuses a list of tools that names none.';

create function private.check_mcp_headers(tool public.agent_tools) returns void
language plpgsql
set search_path = ''
as $$
declare
  taken text;
begin
  perform private.check_headers(tool);
  select name into taken from jsonb_object_keys(tool.config -> 'headers') as name
  where lower(name) in ('accept', 'content-type', 'last-event-id') or lower(name) like 'mcp-%';
  if taken is not null then
    perform private.refuse(
      format('Tool %s may not have the header %s.', tool.name, taken), 'The protocol itself decides what it says.'
    );
  end if;
end
$$;
comment on function private.check_mcp_headers(public.agent_tools) is
  'Refuses headers that the protocol sends itself, besides those that no tool may have.';

create function private.check_mcp_tool(tool public.agent_tools) returns void
language plpgsql
set search_path = ''
as $$
begin
  perform private.check_mcp_url(tool);
  perform private.check_mcp_headers(tool);
  perform private.check_credentials(tool);
  perform private.check_allowed_tools(tool);
  perform private.require_type(tool.name, 'prefix', tool.config -> 'prefix', 'string', 'Write a short word, or leave it out.');
  if coalesce(tool.config ->> 'prefix', 'p') !~ '^[a-zA-Z_][a-zA-Z0-9_]{0,31}$' then
    perform private.refuse(
      format('Tool %s: the prefix %s is not one that a model could call.', tool.name, tool.config ->> 'prefix'),
      'Use letters, digits and _, at most 32, and a letter first.'
    );
  end if;
  perform private.check_range(tool, 'timeout_seconds', 0.001, 120, false);
  perform private.check_range(tool, 'cache_ttl_seconds', 0, 86400, false);
  perform private.require_type(tool.name, 'untrusted', tool.config -> 'untrusted', 'boolean', 'Write true or false.');
end
$$;
comment on function private.check_mcp_tool(public.agent_tools) is 'Refuses an MCPTool that cannot work.';

revoke execute on function
  private.check_mcp_url(public.agent_tools), private.check_allowed_tools(public.agent_tools),
  private.check_mcp_headers(public.agent_tools), private.check_mcp_tool(public.agent_tools)
from public;

insert into private.tool_types (name, check_function, config_keys) values (
  'MCPTool', 'check_mcp_tool', array[
    'url', 'headers', 'credentials', 'allowed_tools', 'prefix', 'timeout_seconds', 'cache_ttl_seconds', 'untrusted'
  ]
);
