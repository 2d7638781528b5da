-- What a server's operators want to see of all replicas at a glance: how many turns run and fail, and who uses how much.
-- It crosses users, so it is one function that gives sums, to admins only, and neither messages nor the names of agents
-- that users keep to themselves.

-- By time, not by user: runs are only ever added at the end, so a few blocks' worth of index will do.
create index chat_runs_started_at_idx on public.chat_runs using brin (started_at);
create index user_usage_day_idx on public.user_usage (day);

create function private.operator_overview(p_user_id uuid, p_days integer) returns jsonb
language plpgsql stable security definer
set search_path = ''
as $$
begin
  if private.account_state(p_user_id) <> 'active'
     or not exists (select from public.admins where admins.user_id = p_user_id) then
    return null;
  end if;
  return jsonb_build_object(
    'running', (select count(*) from public.chat_runs where status = 'running' and lease_expires_at >= now()),
    'waiting', (select count(*) from public.chat_runs where status = 'waiting'),
    'last_day', (
      select coalesce(jsonb_object_agg(status, turns), '{}')
        from (select status, count(*) as turns from public.chat_runs
               where started_at > now() - interval '1 day' group by status) as by_status),
    'errors', (
      select coalesce(jsonb_agg(jsonb_build_object('code', code, 'turns', turns) order by turns desc, code), '[]')
        from (select error ->> 'code' as code, count(*) as turns from public.chat_runs
               where started_at > now() - interval '1 day' and status in ('failed', 'interrupted')
               group by error ->> 'code' order by count(*) desc limit 10) as by_code),
    'agents', (
      select coalesce(jsonb_agg(to_jsonb(used) order by cost_usd desc, input_tokens + output_tokens desc), '[]')
        from (select shared.agent_name, sum(runs) as turns, sum(input_tokens) as input_tokens,
                     sum(output_tokens) as output_tokens, sum(cost_usd) as cost_usd
                from public.user_usage
                left join public.agent_configurations as shared
                  on shared.agent_name = user_usage.agent_name and shared.owner_id is null
               where day > (now() at time zone 'UTC')::date - p_days
               group by shared.agent_name
               order by sum(cost_usd) desc, sum(input_tokens + output_tokens) desc limit 20) as used),
    'users', (
      select coalesce(jsonb_agg(to_jsonb(used) order by cost_usd desc, input_tokens + output_tokens desc), '[]')
        from (select user_id, account.email, sum(runs) as turns, sum(input_tokens) as input_tokens,
                     sum(output_tokens) as output_tokens, sum(cost_usd) as cost_usd
                from public.user_usage
                join auth.users as account on account.id = user_usage.user_id
               where day > (now() at time zone 'UTC')::date - p_days
               group by user_id, account.email
               order by sum(cost_usd) desc, sum(input_tokens + output_tokens) desc limit 20) as used)
  );
end
$$;
comment on function private.operator_overview(uuid, integer) is
  'For an admin: turns that run and wait, turns and errors of the last 24 hours, and usage of the last days by agent (null: users'' own) and user. Null for anybody else.';

revoke execute on function private.operator_overview(uuid, integer) from public;
grant execute on function private.operator_overview(uuid, integer) to clarity_server;
