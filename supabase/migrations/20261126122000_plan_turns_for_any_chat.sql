-- A chat grows faster than the statistics of its messages. To a plan made for this one chat, a chat that they do not know
-- has one message, and any index that begins with it is as good as any other: 20,000 messages were read for their last 40.
-- A plan made for whichever chat supposes an average one, and finds a message by its unique key.
alter function private.open_turn(jsonb, jsonb) set plan_cache_mode = force_generic_plan;

-- The planner takes chat and user for independent, so that it expects next to nothing of both and would sort that. A chat
-- has one user: all of it would be sorted. The last messages come by the index that has them in order.
alter function private.open_turn(jsonb, jsonb) set enable_sort = off;

-- A chat has one user, so (session_id, id) finds all that this one finds, and each message is one entry less to write.
drop index public.chat_message_history_session_id_user_id_idx;
