-- The chat server signs in as `clarity_server`, a role that owns nothing and inherits nothing. It can do two things:
-- become the signed-in user for one transaction (private.become_user), and call the few functions of schema
-- `private` that are granted to it by name. The schema is not one of those the API exposes.
-- The role gets its password from whoever runs the server, never from a migration.

do $$
begin
  create role clarity_server login noinherit;
exception
  when duplicate_object or unique_violation then
    null; -- Roles belong to the cluster: a migration of another database may have made it.
end
$$;

do $$
begin
  if not pg_has_role('clarity_server', 'authenticated', 'member') then
    grant authenticated to clarity_server;
  end if;
end
$$;

create schema private;
comment on schema private is
  'What only triggers and the chat server use. Not exposed by the API; nothing in it is executable by API roles.';
revoke all on schema private from public;
grant usage on schema private to clarity_server;

create function private.become_user(claims jsonb) returns void
language plpgsql
set search_path = ''
as $$
begin
  -- Inside a function with a SET clause only the named settings are restored at its end, so both stay set
  -- until the transaction ends, as in PostgREST.
  perform set_config('request.jwt.claims', claims::text, true);
  perform set_config('role', 'authenticated', true);
end
$$;
comment on function private.become_user(jsonb) is
  'Makes the rest of this transaction run as the user whose verified JWT payload this is.';
revoke execute on function private.become_user(jsonb) from public;
grant execute on function private.become_user(jsonb) to clarity_server;

create function private.touch_updated_at() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.updated_at := now();
  return new;
end
$$;
comment on function private.touch_updated_at() is 'Trigger: a changed row says when it changed.';
revoke execute on function private.touch_updated_at() from public;

create function private.refuse(message text, hint text) returns void
language plpgsql
set search_path = ''
as $$
begin
  raise exception using errcode = 'check_violation', message = message, hint = hint;
end
$$;
comment on function private.refuse(text, text) is
  'Refuses a row (SQLSTATE 23514): the message says what is wrong, the hint what to write instead.';
revoke execute on function private.refuse(text, text) from public;
