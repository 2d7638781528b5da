-- Why a tool's call was refused, or found nothing: each policy that decides, and what it says of a row for this user.
-- The expressions are the policies' own, and they are evaluated as the user, so they see what Postgres itself would see;
-- nothing is read here that the user could not read.

create function private.explain_policies(
  p_claims jsonb,
  p_table text,
  p_verb text,
  p_clause text,
  p_rows jsonb,
  p_rows_are_new boolean
) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  relation record;
  policy record;
  known jsonb := '{}';
  row_value jsonb;
  defaults text;
  passes boolean;
  verdicts jsonb;
  policies jsonb := '[]';
begin
  select oid, relname, relkind, relrowsecurity into relation
    from pg_catalog.pg_class
   where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f')
     and relname = regexp_replace(p_table, '^public\.', '');
  if not found then
    return null;
  end if;
  perform private.become_user(p_claims);

  if p_rows_are_new then
    -- What an insert would fill in itself. A sequence is left alone: asking it would use up a number.
    select string_agg(format('%s as %I', pg_get_expr(adbin, adrelid), attname), ', ') into defaults
      from pg_catalog.pg_attribute
      join pg_catalog.pg_attrdef on adrelid = attrelid and adnum = attnum
     where attrelid = relation.oid and attgenerated = '' and pg_get_expr(adbin, adrelid) !~* '\mnextval\M';
    execute format('select to_jsonb(filled) from (select %s) as filled', defaults) into known;
  end if;

  for policy in
    select polname as name, polpermissive as is_permissive,
           pg_get_expr(
             case when p_clause = 'check' then coalesce(polwithcheck, polqual) else polqual end, polrelid
           ) as expression
      from pg_catalog.pg_policy
     where polrelid = relation.oid
       and polcmd::text in ('*', case p_verb
         when 'select' then 'r' when 'insert' then 'a' when 'update' then 'w' when 'delete' then 'd' end)
       and exists (select from unnest(polroles) as role
                    where role = 0 or pg_has_role('authenticated', role, 'member'))
     order by polname
  loop
    verdicts := '[]';
    for row_value in select known || value from jsonb_array_elements(p_rows) loop
      begin
        execute format(
          'select (%s) is true from jsonb_populate_record(null::public.%I, $1) as %I',
          policy.expression, relation.relname, relation.relname
        ) into passes using row_value;
      exception when others then
        -- A policy that cannot be evaluated on one row alone is shown without a verdict.
        passes := null;
      end;
      verdicts := verdicts || jsonb_build_array(passes);
    end loop;
    policies := policies || jsonb_build_object(
      'name', policy.name, 'is_permissive', policy.is_permissive, 'expression', policy.expression, 'passes', verdicts
    );
  end loop;

  return jsonb_build_object(
    'is_granted', case when p_verb = 'delete' then has_table_privilege('authenticated', relation.oid, p_verb)
                  else has_any_column_privilege('authenticated', relation.oid, p_verb) end,
    'is_view', relation.relkind in ('v', 'm'),
    'has_rls', relation.relrowsecurity,
    'policies', policies
  );
end
$$;
comment on function private.explain_policies is
  'As the user of p_claims: the policies of a table for select, insert, update or delete ({is_granted, is_view, has_rls, policies: [{name, is_permissive, expression, passes}]}), with what the clause (using or check) of each says of each of p_rows; new rows get the columns'' defaults. Null when there is no such table.';
revoke execute on function private.explain_policies from public;
grant execute on function private.explain_policies to clarity_server;

-- An admin who tries a tool as somebody else uses that person's rights. The server must be told to allow it at all, and
-- every such call is written down before it is made.

create table private.tool_trials (
  id bigint generated always as identity primary key,
  admin_id uuid not null,
  as_user_id uuid not null,
  agent_id uuid not null,
  tool_name text not null,
  arguments jsonb not null,
  tried_at timestamptz not null default now()
);
comment on table private.tool_trials is
  'Which admin called which tool with another user''s rights, and when. No foreign keys: it outlives them all.';
comment on column private.tool_trials.id is 'Order of the calls.';
comment on column private.tool_trials.admin_id is 'Who called.';
comment on column private.tool_trials.as_user_id is 'With whose rights.';
comment on column private.tool_trials.agent_id is 'The agent that has the tool.';
comment on column private.tool_trials.tool_name is 'The tool.';
comment on column private.tool_trials.arguments is 'What it was called with.';
comment on column private.tool_trials.tried_at is 'When.';
alter table private.tool_trials enable row level security;

create function private.begin_tool_trial(
  p_admin_id uuid, p_as_user text, p_agent_id uuid, p_tool_name text, p_arguments jsonb
) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  person record;
begin
  if not exists (select from public.admins where user_id = p_admin_id) then
    return jsonb_build_object('outcome', 'not_an_admin');
  end if;
  select id, email, raw_app_meta_data, raw_user_meta_data into person
    from auth.users where id::text = p_as_user or lower(email) = lower(p_as_user);
  if not found then
    return jsonb_build_object('outcome', 'user_not_found');
  end if;
  insert into private.tool_trials (admin_id, as_user_id, agent_id, tool_name, arguments)
  values (p_admin_id, person.id, p_agent_id, p_tool_name, p_arguments);
  return jsonb_build_object('outcome', 'begun', 'claims', jsonb_build_object(
    'sub', person.id, 'aud', 'authenticated', 'role', 'authenticated', 'email', person.email,
    'app_metadata', coalesce(person.raw_app_meta_data, '{}'), 'user_metadata', coalesce(person.raw_user_meta_data, '{}')
  ));
end
$$;
comment on function private.begin_tool_trial is
  'Writes down that an admin is about to call a tool as another user (an id or an email), and gives that user''s claims: {outcome, claims}.';
revoke execute on function private.begin_tool_trial from public;
grant execute on function private.begin_tool_trial to clarity_server;
