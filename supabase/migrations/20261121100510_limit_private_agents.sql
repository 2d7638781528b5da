-- Anybody who may sign in may make agents, so there is an end to how many. The numbers are rows of a private table:
-- the database's owner changes them, and the next insert is held to them.

create table private.limits (
  name text primary key,
  value integer not null,
  constraint value_is_not_negative check (value >= 0)
);
comment on table private.limits is 'How much of something one user may have.';
comment on column private.limits.name is 'Of what.';
comment on column private.limits.value is 'How many.';
alter table private.limits enable row level security;

insert into private.limits (name, value) values ('private agents', 20), ('tools of private agents', 200);

create function private.refuse_beyond_limit(what text, present bigint) returns void
language plpgsql
set search_path = ''
as $$
declare
  most integer := (select value from private.limits where name = what);
begin
  if present >= most then
    perform private.refuse(
      format('A user may have %s %s, and %s are there already.', most, what, present),
      'Delete one that is not needed, or ask whoever runs this project for more.'
    );
  end if;
end
$$;
comment on function private.refuse_beyond_limit(text, bigint) is
  'Refuses a row when its owner has as many as private.limits allows.';

create function private.limit_private_agents() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  -- Two inserts at once must not each see room for one more.
  perform pg_advisory_xact_lock(hashtextextended('private agents of ' || new.owner_id, 0));
  perform private.refuse_beyond_limit(
    'private agents',
    (select count(*) from public.agent_configurations where owner_id = new.owner_id)
  );
  return new;
end
$$;
comment on function private.limit_private_agents() is 'Trigger: a user has no more agents than private.limits allows.';

create function private.limit_private_tools() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  owner uuid := (select owner_id from public.agent_configurations where id = new.agent_id);
begin
  if owner is null then
    return new;
  end if;
  perform pg_advisory_xact_lock(hashtextextended('private agents of ' || owner, 0));
  perform private.refuse_beyond_limit(
    'tools of private agents',
    (select count(*) from public.agent_tools as tool
     join public.agent_configurations as agent on agent.id = tool.agent_id
     where agent.owner_id = owner and tool.id <> new.id)
  );
  return new;
end
$$;
comment on function private.limit_private_tools() is
  'Trigger: all agents of a user together have no more tools than private.limits allows.';

revoke execute on function
  private.refuse_beyond_limit(text, bigint), private.limit_private_agents(), private.limit_private_tools()
from public;

create trigger limit_agents before insert on public.agent_configurations
  for each row when (new.owner_id is not null) execute function private.limit_private_agents();
create trigger limit_tools before insert or update of agent_id on public.agent_tools
  for each row execute function private.limit_private_tools();
