-- A browser can give a WebSocket a URL and nothing else, and a URL ends up in the logs of proxies: an access token does not
-- belong there. What may stand in it is a ticket, which opens one socket, once, within a minute. The database keeps the
-- ticket's hash, so that any replica can redeem it and nobody who reads the table can; and the claims of the token
-- that asked for it, because the socket has that identity and no longer life.

create table private.socket_tickets (
  ticket_hash bytea primary key,
  user_id uuid not null references auth.users (id) on delete cascade,
  claims jsonb not null,
  expires_at timestamptz not null,
  constraint ticket_hash_is_sha256 check (octet_length(ticket_hash) = 32)
);
comment on table private.socket_tickets is 'Tickets for WebSockets that are not redeemed yet.';
comment on column private.socket_tickets.ticket_hash is 'SHA-256 of the ticket.';
comment on column private.socket_tickets.user_id is 'Whose socket it opens.';
comment on column private.socket_tickets.claims is 'The payload of the access token that asked for it.';
comment on column private.socket_tickets.expires_at is 'Until when: never longer than that token.';
create index socket_tickets_user_id_expires_at_idx on private.socket_tickets (user_id, expires_at desc);
create index socket_tickets_expires_at_idx on private.socket_tickets (expires_at);
alter table private.socket_tickets enable row level security;

create function private.make_socket_ticket(
  p_ticket_hash bytea, p_claims jsonb, p_seconds double precision, p_most integer
) returns timestamptz
language plpgsql security definer
set search_path = ''
as $$
declare
  this_user_id uuid := (p_claims ->> 'sub')::uuid;
  -- A token may name any time; this one is beyond every use, and a timestamp all the same.
  token_expires_at timestamptz := to_timestamp(least((p_claims ->> 'exp')::double precision, 1e11));
  until timestamptz := least(now() + make_interval(secs => p_seconds), token_expires_at);
begin
  if private.account_state(this_user_id) <> 'active' then
    return null;
  end if;
  -- Tickets that nobody uses make room, the oldest first.
  delete from private.socket_tickets where ticket_hash in (
    select ticket_hash from private.socket_tickets
     where user_id = this_user_id order by expires_at desc offset p_most - 1);
  insert into private.socket_tickets (ticket_hash, user_id, claims, expires_at)
  values (p_ticket_hash, this_user_id, p_claims, until);
  return until;
end
$$;
comment on function private.make_socket_ticket(bytea, jsonb, double precision, integer) is
  'Keeps a ticket for the user of the claims, and until when it is valid; null when that user may not act. Of one user, at most so many.';

create function private.redeem_socket_ticket(p_ticket_hash bytea) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  ticket private.socket_tickets;
begin
  -- Of two who come with the same ticket, the second waits here and then finds none.
  delete from private.socket_tickets where ticket_hash = p_ticket_hash returning * into ticket;
  if not found or ticket.expires_at <= now() or private.account_state(ticket.user_id) <> 'active' then
    return null;
  end if;
  return ticket.claims;
end
$$;
comment on function private.redeem_socket_ticket(bytea) is
  'Uses a ticket up, and gives the claims that it stands for; null when there is none, or its time or its user''s is over.';

create function private.delete_expired_socket_tickets(p_limit integer, p_at timestamptz default now()) returns integer
language sql security definer
set search_path = ''
begin atomic
  with expired as (
    select ticket_hash from private.socket_tickets
     where expires_at <= p_at order by expires_at limit p_limit
     for update skip locked
  ), deleted as (
    delete from private.socket_tickets as ticket using expired
     where ticket.ticket_hash = expired.ticket_hash
    returning 1
  )
  select count(*)::integer from deleted;
end;
comment on function private.delete_expired_socket_tickets(integer, timestamptz) is
  'Deletes tickets that nobody redeemed in time, at most so many; how many.';

revoke execute on function
  private.make_socket_ticket(bytea, jsonb, double precision, integer), private.redeem_socket_ticket(bytea),
  private.delete_expired_socket_tickets(integer, timestamptz)
from public;
grant execute on function
  private.make_socket_ticket(bytea, jsonb, double precision, integer), private.redeem_socket_ticket(bytea),
  private.delete_expired_socket_tickets(integer, timestamptz)
to clarity_server;
