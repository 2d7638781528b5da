-- A sign of life has the time of the database. For an update that was so; a client could still open its session with a
-- time of its own in the future, and keep the session, and with it an executor, from ever being swept.

create or replace trigger touch_updated_at before insert or update on public.chat_sessions
  for each row when (current_user in ('authenticated', 'service_role'))
  execute function private.touch_updated_at();

comment on column public.chat_sessions.updated_at is
  'The client''s last sign of life: set by the database with every insert and update that a client makes.';
