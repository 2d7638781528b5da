-- Rows and functions may hand an agent what other people wrote: a comment, a message, a shared note. A row of a CRUDTool or
-- an RPCTool may say so, as those of an HTTPTool and an MCPTool do (for which it is the default): once such a result has
-- been read, a tool with approval ask_after_untrusted asks its user first.

update private.tool_types set config_keys = array_append(config_keys, 'untrusted')
 where name in ('CRUDTool', 'RPCTool');

create function private.check_untrusted(tool public.agent_tools) returns void
language plpgsql
set search_path = ''
as $$
begin
  perform private.require_type(tool.name, 'untrusted', tool.config -> 'untrusted', 'boolean', 'Write true or false.');
end
$$;
comment on function private.check_untrusted(public.agent_tools) is
  'Refuses a config whose untrusted is neither true nor false; one that is not there passes.';

create or replace function private.check_crud_tool(tool public.agent_tools) returns void
language plpgsql
set search_path = ''
as $$
declare
  table_id oid := private.check_table_name(tool);
  fields jsonb;
begin
  perform private.check_method(tool, table_id);
  perform private.check_field_map(tool, table_id);
  fields := private.tool_fields(tool);
  perform private.check_columns(tool, table_id, fields);
  perform private.check_filters(tool, fields);
  perform private.check_fixed(tool, fields);
  perform private.check_groups(tool, fields);
  perform private.check_order_by(tool, fields);
  perform private.check_soft_delete(tool, fields);
  perform private.check_limits(tool);
  perform private.check_agent_name_context(tool);
  perform private.check_untrusted(tool);
  perform private.check_arguments(tool, fields);
  perform private.check_tool_access(tool, table_id);
end
$$;

create or replace function private.check_rpc_tool(tool public.agent_tools) returns void
language plpgsql
set search_path = ''
as $$
declare
  function_id oid := private.check_function_name(tool);
begin
  perform private.check_function_kind(tool, function_id);
  perform private.check_function_rights(tool, function_id);
  perform private.check_function_arguments(tool, function_id);
  perform private.check_function_result(tool, function_id);
  perform private.check_untrusted(tool);
end
$$;

comment on column public.agent_tools.config is
  'Settings of its type. CRUDTool: table_name and method, and optionally runtime_args_schema, field_map, columns, filters, fixed, order_by, limit, max_limit, soft_delete, apply_agent_name_context, untrusted. RPCTool: function_name, and optionally runtime_args_schema, field_map, fixed, columns, limit, max_limit, allow_security_definer, untrusted.';

revoke execute on function private.check_untrusted(public.agent_tools) from public;
