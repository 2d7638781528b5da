-- What every turn calls, in PL/pgSQL: there a statement is planned once a connection. Before version 18 Postgres plans a
-- function in SQL with every call, unless it can be inlined, which one with settings or other rights cannot: a quarter of
-- what a turn cost the database.

create or replace function private.cost_of(usage_by_model jsonb) returns numeric
language plpgsql stable
set search_path = ''
as $$
begin
  -- One unknown price makes the whole unknown: a number that is too low would be believed.
  return (
    select case when bool_and(price.model is not null)
                then sum((item ->> 'input_tokens')::bigint * price.input_usd_per_million / 1000000
                       + (item ->> 'output_tokens')::bigint * price.output_usd_per_million / 1000000) end
      from jsonb_array_elements(usage_by_model) as item
      left join public.model_prices as price on price.model = item ->> 'model');
end
$$;

create or replace function private.account_state(p_user_id uuid) returns text
language plpgsql stable security definer
set search_path = ''
as $$
declare
  -- By to_jsonb: an auth service may lack the columns, and then nobody is banned.
  account jsonb := (select to_jsonb(users) from auth.users as users where users.id = p_user_id);
begin
  return case
    when account is null or (account ->> 'deleted_at') is not null then 'gone'
    when (account ->> 'banned_until')::timestamptz > now() then 'banned'
    else 'active' end;
end
$$;

create or replace function private.add_usage(p_user_id uuid, p_agent_name text, p_usage jsonb) returns void
language plpgsql security definer
set search_path = ''
as $$
begin
  insert into public.user_usage as used
    (user_id, day, agent_name, runs, input_tokens, output_tokens, model_calls, tool_calls, cost_usd)
  values (
    p_user_id, (now() at time zone 'UTC')::date, p_agent_name,
    coalesce((p_usage ->> 'runs')::integer, 0),
    coalesce((p_usage ->> 'input_tokens')::bigint, 0), coalesce((p_usage ->> 'output_tokens')::bigint, 0),
    coalesce((p_usage ->> 'model_calls')::integer, 0), coalesce((p_usage ->> 'tool_calls')::integer, 0),
    coalesce(private.cost_of(p_usage -> 'by_model'), 0)
  )
  on conflict (user_id, day, agent_name) do update set
    runs = used.runs + excluded.runs,
    input_tokens = used.input_tokens + excluded.input_tokens,
    output_tokens = used.output_tokens + excluded.output_tokens,
    model_calls = used.model_calls + excluded.model_calls,
    tool_calls = used.tool_calls + excluded.tool_calls,
    cost_usd = used.cost_usd + excluded.cost_usd;
end
$$;

create or replace function public.message_text(message jsonb) returns text
language plpgsql immutable parallel safe
set search_path = ''
as $$
begin
  if jsonb_typeof(message #> '{data,content}') = 'string' then
    return message #>> '{data,content}';
  elsif jsonb_typeof(message #> '{data,content}') = 'array' then
    return (
      select string_agg(case jsonb_typeof(part) when 'string' then part #>> '{}' else part ->> 'text' end,
                        E'\n' order by position)
        from jsonb_array_elements(message #> '{data,content}') with ordinality as content (part, position)
       where jsonb_typeof(part) = 'string' or part ->> 'type' = 'text');
  end if;
  return null;
end
$$;
