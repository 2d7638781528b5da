-- A run is the account of what was spent, so deleting a chat must not delete its runs: otherwise a user who deletes the
-- chat in which an answer is being written would have had it for nothing, and one who deletes all chats would have
-- sent no message within this minute. What was said goes with the chat; that there was a run stays, without it.

alter table public.chat_runs
  drop constraint chat_runs_chat_id_user_id_fkey,
  add constraint chat_runs_chat_id_user_id_fkey
    foreign key (chat_id, user_id) references public.chats (id, user_id) on delete set null (chat_id);
comment on column public.chat_runs.chat_id is
  'The chat it is a turn of; null for a run that keeps no conversation, or whose chat was deleted.';

create function private.stop_runs_of_chat() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  update public.chat_runs set cancel_requested_at = coalesce(cancel_requested_at, now())
   where chat_id = old.id and status = 'running';
  update public.chat_runs
     set status = 'cancelled', finished_at = now(),
         error = jsonb_build_object('code', 'turn_cancelled', 'message', 'The chat was deleted.')
   where chat_id = old.id and status = 'waiting';
  return old;
end
$$;
comment on function private.stop_runs_of_chat() is 'Trigger: what runs or waits in a chat that is deleted has nobody to answer to.';
revoke execute on function private.stop_runs_of_chat() from public;

create trigger stop_runs_of_chat before delete on public.chats
  for each row execute function private.stop_runs_of_chat();
