-- What models cost, and what each user has used: one row for each user, day and agent, added to when a turn ends. The
-- limit of tokens a day is then one small read, however many turns a user had.

create table public.model_prices (
  model text primary key,
  input_usd_per_million numeric(12, 6) not null,
  output_usd_per_million numeric(12, 6) not null,
  updated_at timestamptz not null default now(),
  constraint model_has_a_provider check (model ~ '^[a-z0-9_]+:.+$'),
  constraint prices_are_not_negative check (least(input_usd_per_million, output_usd_per_million) >= 0)
);
comment on table public.model_prices is 'What a model costs. A turn of a model without a row has no known cost.';
comment on column public.model_prices.model is 'The model as chat_runs names it, provider:name.';
comment on column public.model_prices.input_usd_per_million is 'US dollars for a million tokens read.';
comment on column public.model_prices.output_usd_per_million is 'US dollars for a million tokens written.';
comment on column public.model_prices.updated_at is 'When the price last changed.';
insert into public.model_prices (model, input_usd_per_million, output_usd_per_million) values ('offline:rules', 0, 0);

create table public.user_usage (
  user_id uuid not null references auth.users (id) on delete cascade,
  day date not null,
  agent_name text not null,
  runs integer not null default 0,
  input_tokens bigint not null default 0,
  output_tokens bigint not null default 0,
  model_calls integer not null default 0,
  tool_calls integer not null default 0,
  cost_usd numeric(14, 8) not null default 0,
  primary key (user_id, day, agent_name)
);
comment on table public.user_usage is 'What each user has used of each agent, by day (UTC). Written when a turn ends.';
comment on column public.user_usage.user_id is 'Who used it.';
comment on column public.user_usage.day is 'The day on which the turns ended, in UTC.';
comment on column public.user_usage.agent_name is 'The agent.';
comment on column public.user_usage.runs is 'Turns that ended, whatever their end.';
comment on column public.user_usage.input_tokens is 'Tokens that models read.';
comment on column public.user_usage.output_tokens is 'Tokens that models wrote.';
comment on column public.user_usage.model_calls is 'How often a model was asked.';
comment on column public.user_usage.tool_calls is 'How many tools were called.';
comment on column public.user_usage.cost_usd is 'What the models cost, where their price is known.';

alter table public.model_prices enable row level security;
alter table public.user_usage enable row level security;
create policy "Signed-in users see what models cost" on public.model_prices
  for select to authenticated using ((select auth.uid()) is not null);
create policy "Admins set a price" on public.model_prices
  for insert to authenticated
  with check (exists (select from public.admins where admins.user_id = (select auth.uid())));
create policy "Admins change a price" on public.model_prices
  for update to authenticated
  using (exists (select from public.admins where admins.user_id = (select auth.uid())))
  with check (exists (select from public.admins where admins.user_id = (select auth.uid())));
create policy "Admins drop a price" on public.model_prices
  for delete to authenticated
  using (exists (select from public.admins where admins.user_id = (select auth.uid())));
create policy "Users see their own usage" on public.user_usage
  for select to authenticated using (user_id = (select auth.uid()));
revoke all on public.model_prices, public.user_usage from public, anon, authenticated;
grant all on public.model_prices, public.user_usage to service_role;
grant select, insert, update, delete on public.model_prices to authenticated;
grant select on public.user_usage to authenticated;

create trigger touch_updated_at before update on public.model_prices
  for each row when (old.* is distinct from new.*) execute function private.touch_updated_at();

create function private.cost_of(usage_by_model jsonb) returns numeric
language sql stable
set search_path = ''
as $$
  -- One unknown price makes the whole unknown: a number that is too low would be believed.
  select case when bool_and(price.model is not null)
              then sum((item ->> 'input_tokens')::bigint * price.input_usd_per_million / 1000000
                     + (item ->> 'output_tokens')::bigint * price.output_usd_per_million / 1000000) end
    from jsonb_array_elements(usage_by_model) as item
    left join public.model_prices as price on price.model = item ->> 'model'
$$;
comment on function private.cost_of(jsonb) is
  'What [{model, input_tokens, output_tokens}] cost in US dollars; null when a price is not known, or nothing was used.';

create function private.add_usage(p_user_id uuid, p_agent_name text, p_usage jsonb) returns void
language sql security definer
set search_path = ''
as $$
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
    cost_usd = used.cost_usd + excluded.cost_usd
$$;
comment on function private.add_usage(uuid, text, jsonb) is
  'Adds {runs, input_tokens, output_tokens, model_calls, tool_calls, by_model: [{model, input_tokens, output_tokens}]} to a user''s day.';

revoke execute on function private.cost_of(jsonb), private.add_usage(uuid, text, jsonb) from public;
grant execute on function private.add_usage(uuid, text, jsonb) to clarity_server;
