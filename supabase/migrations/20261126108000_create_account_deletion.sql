-- People can leave: their account goes, and with it every row of theirs, because every table's user_id refers to auth.users
-- with `on delete cascade`. Users have no right to auth.users, and the embedded auth has no admin API, so the chat server
-- asks for it here, for the user of the claims that it has verified, after checking that they have just signed in.

create function private.delete_account(p_user_id uuid) returns boolean
language plpgsql security definer
set search_path = ''
as $$
begin
  delete from auth.users where id = p_user_id;
  return found;
end
$$;
comment on function private.delete_account(uuid) is
  'Deletes a user and, by the foreign keys, all that is theirs. False when there is no such user.';

revoke execute on function private.delete_account(uuid) from public;
grant execute on function private.delete_account(uuid) to clarity_server;
