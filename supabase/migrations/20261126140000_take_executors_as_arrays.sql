-- Ten thousand pairs in one jsonb took Postgres as long to read as all the rest. Arrays are read at once, and the name of an
-- agent that thousands of executors share comes once.

drop function private.inactive_executors(jsonb);

create function private.inactive_executors(users uuid[], agents text[], agents_of integer[]) returns integer[]
language sql stable security definer
set search_path = ''
begin atomic
  select coalesce(array_agg(place::integer - 1), '{}')
  from unnest(users, agents_of) with ordinality as executor (user_id, agent_place, place)
  where not exists (
    select from public.chat_sessions as session
    where session.user_id = executor.user_id and session.agent_name = agents[executor.agent_place] and session.is_active
  );
end;
comment on function private.inactive_executors(uuid[], text[], integer[]) is
  'Of these executors, each a user and the place of its agent in agents, the places, from 0, for which no session is active: they may go.';

revoke execute on function private.inactive_executors(uuid[], text[], integer[]) from public;
grant execute on function private.inactive_executors(uuid[], text[], integer[]) to clarity_server;
