-- A thumb up or down on an answer tells whoever runs an agent what to mend. It is the user's own word about a message
-- of their own chat: one for each message, theirs to change and to take back, and gone with the message.

create table public.message_feedback (
  chat_id uuid not null,
  message_uuid uuid not null,
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  rating text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (chat_id, message_uuid),
  constraint message_feedback_chat_id_message_uuid_fkey
    foreign key (chat_id, message_uuid) references public.chat_message_history (session_id, message_uuid) on delete cascade,
  constraint message_feedback_chat_id_user_id_fkey
    foreign key (chat_id, user_id) references public.chats (id, user_id) on delete cascade,
  constraint rating_is_known check (rating in ('up', 'down'))
);
comment on table public.message_feedback is 'What users think of agents'' messages: one rating for each message.';
comment on column public.message_feedback.chat_id is 'The chat, which is the user''s own.';
comment on column public.message_feedback.message_uuid is 'The message (chat_message_history.message_uuid).';
comment on column public.message_feedback.user_id is 'Who rates it: always the chat''s user.';
comment on column public.message_feedback.rating is 'up for a good answer, down for a bad one.';
comment on column public.message_feedback.created_at is 'When it was first rated.';
comment on column public.message_feedback.updated_at is 'When the rating was last changed.';

create index message_feedback_chat_id_user_id_idx on public.message_feedback (chat_id, user_id);
create index message_feedback_user_id_idx on public.message_feedback (user_id);

create trigger touch_updated_at before update on public.message_feedback
  for each row when (old.* is distinct from new.*) execute function private.touch_updated_at();

alter table public.message_feedback enable row level security;
create policy "Users see their own ratings" on public.message_feedback
  for select to authenticated using (user_id = (select auth.uid()));
create policy "Users rate messages of their own chats" on public.message_feedback
  for insert to authenticated with check (user_id = (select auth.uid()));
create policy "Users change their own ratings" on public.message_feedback
  for update to authenticated using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
create policy "Users take their own ratings back" on public.message_feedback
  for delete to authenticated using (user_id = (select auth.uid()));

revoke all on public.message_feedback from public, anon, authenticated;
grant all on public.message_feedback to service_role;
grant select, delete on public.message_feedback to authenticated;
grant insert (chat_id, message_uuid, rating) on public.message_feedback to authenticated;
-- The key too, because an upsert writes it again; the policies and keys decide what it may become.
grant update (chat_id, message_uuid, rating) on public.message_feedback to authenticated;
