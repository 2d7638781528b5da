-- Secrets that users entrust to the server, such as a token for a service that a tool calls for them. The chat server
-- encrypts them with a key that the database does not have, and binds each to its user and name. Users write, list and
-- delete their own; nobody reads one back through the API.

create table public.user_credentials (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  name text not null,
  ciphertext bytea not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint user_credentials_user_id_name_key unique (user_id, name),
  constraint name_is_a_slug check (name ~ '^[a-z][a-z0-9_-]{0,62}$'),
  -- A version, a nonce and a tag around a secret of at most 8000 bytes.
  constraint ciphertext_has_a_size check (octet_length(ciphertext) between 29 and 8100)
);

comment on table public.user_credentials is 'Secrets of a user for the services that tools call on their behalf.';
comment on column public.user_credentials.id is 'Identity of the credential.';
comment on column public.user_credentials.user_id is 'Whose secret it is, and in whose runs alone it is used.';
comment on column public.user_credentials.name is 'The name by which a tool''s row asks for it.';
comment on column public.user_credentials.ciphertext is 'The secret, encrypted by the chat server; users cannot read it.';
comment on column public.user_credentials.created_at is 'When it was first set.';
comment on column public.user_credentials.updated_at is 'When it was last set anew.';

alter table public.user_credentials enable row level security;

create policy "Users see that they have credentials" on public.user_credentials
  for select to authenticated using (user_id = (select auth.uid()));
create policy "Users set credentials of their own" on public.user_credentials
  for insert to authenticated with check (user_id = (select auth.uid()));
create policy "Users set their own credentials anew" on public.user_credentials
  for update to authenticated using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
create policy "Users delete their own credentials" on public.user_credentials
  for delete to authenticated using (user_id = (select auth.uid()));

revoke all on public.user_credentials from public, anon, authenticated;
grant all on public.user_credentials to service_role;
-- Every column but the ciphertext can be read; what is written otherwise than by the server cannot be decrypted.
grant
  select (id, user_id, name, created_at, updated_at), insert (user_id, name, ciphertext), update (ciphertext), delete
on public.user_credentials to authenticated;

create trigger touch_updated_at before update on public.user_credentials
  for each row when (old.* is distinct from new.*) execute function private.touch_updated_at();

create function private.user_credential(p_user_id uuid, p_name text) returns bytea
language sql stable security definer
set search_path = ''
begin atomic
  select ciphertext from public.user_credentials where user_id = p_user_id and name = p_name;
end;
comment on function private.user_credential(uuid, text) is
  'For a request that the chat server makes in a run of this user: the ciphertext of one credential; null when there is none.';

create function private.operator_secret(p_name text) returns text
language plpgsql stable security definer
set search_path = ''
as $$
declare
  value text;
begin
  -- Supabase Vault is an extension that not every database has. Only names with this prefix are for tools.
  if to_regclass('vault.decrypted_secrets') is not null then
    execute 'select decrypted_secret from vault.decrypted_secrets where name = $1' into value
      using 'CLARITY_SECRET_' || p_name;
  end if;
  return value;
end
$$;
comment on function private.operator_secret(text) is
  'The secret CLARITY_SECRET_<name> of Supabase Vault; null when there is none, or no Vault.';

revoke execute on function private.user_credential(uuid, text), private.operator_secret(text) from public;
grant execute on function private.user_credential(uuid, text), private.operator_secret(text) to clarity_server;
