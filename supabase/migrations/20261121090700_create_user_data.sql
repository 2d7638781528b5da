-- The user's own data that comes with Clarity: who they are, what they have to do, what they wrote down. Agents reach
-- it only through tools, as the user. The comments on these columns are what a model reads about a tool's arguments.

create table public.profiles (
  id uuid primary key references auth.users (id) on delete cascade,
  display_name text,
  avatar_url text,
  timezone text not null default 'UTC',
  locale text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint display_name_is_short check (char_length(display_name) <= 200)
);

comment on table public.profiles is 'How each user wants to be known. A row is made with every new user.';
comment on column public.profiles.id is 'The user (auth.users.id).';
comment on column public.profiles.display_name is 'What the user wants to be called.';
comment on column public.profiles.avatar_url is 'Address of the user''s picture.';
comment on column public.profiles.timezone is 'The user''s time zone by its IANA name, such as Europe/Berlin.';
comment on column public.profiles.locale is 'The user''s language and region, such as de-DE.';
comment on column public.profiles.created_at is 'When the profile was made.';
comment on column public.profiles.updated_at is 'When the profile last changed.';

create function private.check_timezone() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if not exists (select from pg_catalog.pg_timezone_names where name = new.timezone) then
    raise check_violation using
      message = format('There is no time zone named %L.', new.timezone),
      hint = 'Use an IANA name such as Europe/Berlin or America/New_York, or UTC.';
  end if;
  return new;
end
$$;
comment on function private.check_timezone() is 'Trigger: a profile''s time zone is one that Postgres knows.';

create function private.create_profile() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  metadata jsonb := coalesce(new.raw_user_meta_data, '{}');
begin
  -- Whatever a client put there, signing up must not fail for it.
  insert into public.profiles (id, display_name, avatar_url)
  values (
    new.id,
    left(coalesce(metadata ->> 'display_name', metadata ->> 'full_name', metadata ->> 'name'), 200),
    metadata ->> 'avatar_url'
  )
  on conflict (id) do nothing;
  return null;
end
$$;
comment on function private.create_profile() is 'Trigger: a new user has a profile.';
revoke execute on function private.check_timezone(), private.create_profile() from public;

create trigger check_timezone before insert or update of timezone on public.profiles
  for each row when (new.timezone <> 'UTC') execute function private.check_timezone();
create trigger create_profile after insert on auth.users
  for each row execute function private.create_profile();

insert into public.profiles (id)
select id from auth.users
on conflict (id) do nothing;

create table public.tasks (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  parent_task_id uuid,
  title text not null,
  description text,
  notes text,
  status text not null default 'pending',
  priority integer not null default 0,
  due_date date,
  category text,
  position integer not null default 0,
  motivation text,
  completion_note text,
  completed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint tasks_id_user_id_key unique (id, user_id),
  -- A subtask belongs to the user of its parent.
  constraint tasks_parent_task_id_user_id_fkey
    foreign key (parent_task_id, user_id) references public.tasks (id, user_id) on delete cascade,
  constraint task_is_not_its_own_parent check (parent_task_id <> id),
  constraint title_length check (char_length(title) between 1 and 500),
  constraint status_is_known check (status in ('pending', 'in_progress', 'completed', 'skipped', 'deferred')),
  constraint priority_range check (priority between 0 and 3)
);

comment on table public.tasks is 'Things the user wants to do; a task may have subtasks.';
comment on column public.tasks.id is 'Identity of the task.';
comment on column public.tasks.user_id is 'Whose task it is.';
comment on column public.tasks.parent_task_id is 'The id of the task that this is a subtask of; empty for a task of its own.';
comment on column public.tasks.title is 'What to do, in a few words.';
comment on column public.tasks.description is 'What exactly is to be done.';
comment on column public.tasks.notes is 'Remarks collected along the way.';
comment on column public.tasks.status is 'How far it is: pending, in_progress, completed, skipped or deferred.';
comment on column public.tasks.priority is 'How important it is: 0 none, 1 low, 2 medium, 3 high.';
comment on column public.tasks.due_date is 'The day it is due, as YYYY-MM-DD.';
comment on column public.tasks.category is 'The area of life or work it belongs to, in a word or two.';
comment on column public.tasks.position is 'Place in the user''s own order, lowest first.';
comment on column public.tasks.motivation is 'Why the user wants to do it.';
comment on column public.tasks.completion_note is 'How it went, written when it is done.';
comment on column public.tasks.completed_at is 'When it was completed; kept by the database as the status changes.';
comment on column public.tasks.created_at is 'When it was written down.';
comment on column public.tasks.updated_at is 'When it last changed.';

create index tasks_user_id_status_due_date_idx on public.tasks (user_id, status, due_date);
create index tasks_parent_task_id_user_id_idx on public.tasks (parent_task_id, user_id);

create function private.keep_completed_at() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if new.status <> 'completed' then
    new.completed_at := null;
  elsif tg_op = 'UPDATE' and old.status = 'completed' then
    new.completed_at := old.completed_at;
  else
    new.completed_at := now();
  end if;
  return new;
end
$$;
comment on function private.keep_completed_at() is 'Trigger: a completed task, and no other, says when it was completed.';
revoke execute on function private.keep_completed_at() from public;

create trigger keep_completed_at before insert or update on public.tasks
  for each row execute function private.keep_completed_at();

create table public.notes (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  title text not null,
  content text not null default '',
  tags text[] not null default '{}',
  is_pinned boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint title_length check (char_length(title) between 1 and 500)
);

comment on table public.notes is 'Texts the user wants to keep.';
comment on column public.notes.id is 'Identity of the note.';
comment on column public.notes.user_id is 'Whose note it is.';
comment on column public.notes.title is 'What the note is about, in a few words.';
comment on column public.notes.content is 'The text of the note.';
comment on column public.notes.tags is 'Words to find the note by.';
comment on column public.notes.is_pinned is 'Whether the note stays on top of the list.';
comment on column public.notes.created_at is 'When it was written.';
comment on column public.notes.updated_at is 'When it last changed.';

create index notes_user_id_updated_at_idx on public.notes (user_id, updated_at desc);

alter table public.profiles enable row level security;
alter table public.tasks enable row level security;
alter table public.notes enable row level security;

create policy "Users see their own profile" on public.profiles
  for select to authenticated using (id = (select auth.uid()));
create policy "Users make their own profile" on public.profiles
  for insert to authenticated with check (id = (select auth.uid()));
create policy "Users change their own profile" on public.profiles
  for update to authenticated using (id = (select auth.uid())) with check (id = (select auth.uid()));

create policy "Users see their own tasks" on public.tasks
  for select to authenticated using (user_id = (select auth.uid()));
create policy "Users write tasks of their own" on public.tasks
  for insert to authenticated with check (user_id = (select auth.uid()));
create policy "Users change their own tasks" on public.tasks
  for update to authenticated using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
create policy "Users delete their own tasks" on public.tasks
  for delete to authenticated using (user_id = (select auth.uid()));

create policy "Users see their own notes" on public.notes
  for select to authenticated using (user_id = (select auth.uid()));
create policy "Users write notes of their own" on public.notes
  for insert to authenticated with check (user_id = (select auth.uid()));
create policy "Users change their own notes" on public.notes
  for update to authenticated using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
create policy "Users delete their own notes" on public.notes
  for delete to authenticated using (user_id = (select auth.uid()));

revoke all on public.profiles, public.tasks, public.notes from public, anon, authenticated;
grant all on public.profiles, public.tasks, public.notes to service_role;
grant select, insert, update on public.profiles to authenticated;
grant select, insert, update, delete on public.tasks, public.notes to authenticated;

create trigger touch_updated_at before update on public.profiles
  for each row when (old.* is distinct from new.*) execute function private.touch_updated_at();
create trigger touch_updated_at before update on public.tasks
  for each row when (old.* is distinct from new.*) execute function private.touch_updated_at();
create trigger touch_updated_at before update on public.notes
  for each row when (old.* is distinct from new.*) execute function private.touch_updated_at();
