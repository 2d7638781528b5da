-- An eviction looks over all executors of a server. Ten thousand rows with a uuid and a name each took the
-- server longer to read than Postgres to find: now the answer is one array of small numbers.

drop function private.inactive_executor_keys(jsonb);

create function private.inactive_executors(keys jsonb) returns integer[]
language sql stable security definer
set search_path = ''
begin atomic
  select coalesce(array_agg(place::integer - 1), '{}')
  from jsonb_array_elements(keys) with ordinality as key (pair, place)
  where not exists (
    select from public.chat_sessions as session
    where session.user_id = (pair ->> 0)::uuid and session.agent_name = pair ->> 1 and session.is_active
  );
end;
comment on function private.inactive_executors(jsonb) is
  'Of these [[user_id, agent_name], ...] the places, from 0, for which no session is active: their executors may go.';

revoke execute on function private.inactive_executors(jsonb) from public;
grant execute on function private.inactive_executors(jsonb) to clarity_server;
