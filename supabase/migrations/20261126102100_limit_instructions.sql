-- The instructions of a user are read with every turn, so there is an end to how many one agent may be given. The number
-- is a row of private.limits, as others are: the database's owner changes it there.

insert into private.limits (name, value) values ('instructions for one agent', 50);

create function private.limit_instructions() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  -- Two inserts at once must not each see room for one more.
  perform pg_advisory_xact_lock(hashtextextended('instructions of ' || new.user_id, 0));
  perform private.refuse_beyond_limit(
    'instructions for one agent',
    (select count(*) from public.user_agent_prompt_customizations
      where user_id = new.user_id and agent_name = new.agent_name and id <> new.id)
  );
  return new;
end
$$;
comment on function private.limit_instructions() is
  'Trigger: a user gives an agent no more instructions than private.limits allows.';
revoke execute on function private.limit_instructions() from public;

create trigger limit_instructions before insert or update of user_id, agent_name on public.user_agent_prompt_customizations
  for each row execute function private.limit_instructions();
