-- Two things decide how often a tool asks: what a user always allows (tool_consents, said while deciding about a call) and how
-- they have set the tool (user_tool_preferences). The last word counts: setting a tool to "ask" takes back what was always
-- allowed. And an inbox of what waits is read newest first, page by page.

create function private.end_consents() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  delete from public.tool_consents where user_id = new.user_id and tool_id = new.tool_id;
  return null;
end
$$;
comment on function private.end_consents() is 'Trigger: a tool that is set to ask is not always allowed any more.';
revoke execute on function private.end_consents() from public;

create trigger end_consents after insert or update on public.user_tool_preferences
  for each row when (new.approval = 'ask') execute function private.end_consents();

create index pending_actions_user_id_created_at_id_idx on public.pending_actions (user_id, created_at desc, id desc);
