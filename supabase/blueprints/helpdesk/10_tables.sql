-- A shop's tables: customers, products in variants, orders with their items and payments, returns, exchanges, tickets.
-- A permission is a policy and a rule is a constraint, so both hold for the agent and for every other client: customers
-- see their own orders, change them while they are pending, and can cancel but not ship them. What follows from a change
-- (refunds, stock) is done by triggers, which customers cannot call.
-- Loaded once: where these tables are, nothing is written.

do $tables$
begin
  if obj_description(to_regclass('public.orders'), 'pg_class') like 'Helpdesk: %' then
    return;
  end if;

  create table public.customers (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null unique default auth.uid() references auth.users (id) on delete cascade,
    full_name text not null,
    email text not null,
    street text not null,
    city text not null,
    postcode text not null,
    country text not null,
    created_at timestamptz not null default now()
  );
  comment on table public.customers is 'Helpdesk: the people who order, each a signed-in user.';
  comment on column public.customers.id is 'Identity of the customer.';
  comment on column public.customers.user_id is 'The user who signs in as this customer.';
  comment on column public.customers.full_name is 'Name, as on the parcel.';
  comment on column public.customers.email is 'Where the shop writes to.';
  comment on column public.customers.street is 'Street and number of the usual address.';
  comment on column public.customers.city is 'City of the usual address.';
  comment on column public.customers.postcode is 'Postcode of the usual address.';
  comment on column public.customers.country is 'Country of the usual address.';
  comment on column public.customers.created_at is 'Since when they are a customer.';

  create table public.products (
    id uuid primary key default gen_random_uuid(),
    name text not null unique,
    category text not null,
    description text not null default '',
    is_active boolean not null default true
  );
  comment on table public.products is 'Helpdesk: what the shop sells.';
  comment on column public.products.id is 'Identity of the product.';
  comment on column public.products.name is 'What it is called.';
  comment on column public.products.category is 'The department it belongs to.';
  comment on column public.products.description is 'What it is, in a sentence.';
  comment on column public.products.is_active is 'Whether it is on sale.';

  create table public.product_variants (
    id uuid primary key default gen_random_uuid(),
    product_id uuid not null references public.products (id) on delete cascade,
    sku text not null unique,
    options jsonb not null default '{}',
    price numeric(10, 2) not null,
    stock integer not null default 0,
    constraint product_variants_price_is_not_negative check (price >= 0),
    constraint product_variants_stock_is_not_negative check (stock >= 0),
    -- What items and exchanges refer to, so that a variant of another product cannot be put in an item's place.
    constraint product_variants_id_product_id_key unique (id, product_id)
  );
  comment on table public.product_variants is 'Helpdesk: the variants of a product, such as its colours and sizes.';
  comment on column public.product_variants.id is 'Identity of the variant.';
  comment on column public.product_variants.product_id is 'The product.';
  comment on column public.product_variants.sku is 'The shop''s number of the variant.';
  comment on column public.product_variants.options is 'What tells it from the others: {"colour": "black", "size": "M"}.';
  comment on column public.product_variants.price is 'Price of one.';
  comment on column public.product_variants.stock is 'How many there are to sell.';
  create index product_variants_product_id_idx on public.product_variants (product_id);

  create table public.payment_methods (
    id uuid primary key default gen_random_uuid(),
    customer_id uuid not null references public.customers (id) on delete cascade,
    kind text not null check (kind in ('card', 'paypal', 'gift_card')),
    label text not null
  );
  comment on table public.payment_methods is 'Helpdesk: how customers pay.';
  comment on column public.payment_methods.id is 'Identity of the method.';
  comment on column public.payment_methods.customer_id is 'Whose it is.';
  comment on column public.payment_methods.kind is 'What kind of method it is.';
  comment on column public.payment_methods.label is 'What the customer knows it by, such as "Visa ending in 4242".';
  create index payment_methods_customer_id_idx on public.payment_methods (customer_id);

  create sequence public.order_numbers start 1001;

  create table public.orders (
    id uuid primary key default gen_random_uuid(),
    number text not null unique default 'W' || nextval('public.order_numbers'),
    customer_id uuid not null references public.customers (id) on delete cascade,
    status text not null default 'pending'
      check (status in ('pending', 'processed', 'shipped', 'delivered', 'cancelled')),
    street text not null,
    city text not null,
    postcode text not null,
    country text not null,
    tracking_number text,
    cancel_reason text check (cancel_reason in ('no longer needed', 'ordered by mistake')),
    placed_at timestamptz not null default now(),
    delivered_at timestamptz,
    constraint orders_say_why_they_are_cancelled check ((status = 'cancelled') = (cancel_reason is not null)),
    constraint orders_say_when_they_were_delivered check ((status = 'delivered') = (delivered_at is not null))
  );
  comment on table public.orders is 'Helpdesk: orders. Those that are pending can still be changed or cancelled.';
  comment on column public.orders.id is 'Identity of the order.';
  comment on column public.orders.number is 'The number that the customer knows, such as W1001.';
  comment on column public.orders.customer_id is 'Who ordered.';
  comment on column public.orders.status is 'How far it is.';
  comment on column public.orders.street is 'Street and number it goes to.';
  comment on column public.orders.city is 'City it goes to.';
  comment on column public.orders.postcode is 'Postcode it goes to.';
  comment on column public.orders.country is 'Country it goes to.';
  comment on column public.orders.tracking_number is 'The carrier''s number of the parcel.';
  comment on column public.orders.cancel_reason is 'Why it was cancelled.';
  comment on column public.orders.placed_at is 'When it was placed.';
  comment on column public.orders.delivered_at is 'When it arrived.';
  create index orders_customer_id_placed_at_idx on public.orders (customer_id, placed_at desc);

  create table public.order_items (
    id uuid primary key default gen_random_uuid(),
    order_id uuid not null references public.orders (id) on delete cascade,
    product_id uuid not null,
    variant_id uuid not null,
    quantity integer not null default 1,
    unit_price numeric(10, 2) not null,
    status text not null default 'ordered' check (status in ('ordered', 'returned', 'exchanged')),
    constraint order_items_quantity_is_positive check (quantity > 0),
    constraint order_items_variant_is_of_the_product
      foreign key (variant_id, product_id) references public.product_variants (id, product_id),
    constraint order_items_id_product_id_key unique (id, product_id)
  );
  comment on table public.order_items is 'Helpdesk: what an order consists of.';
  comment on column public.order_items.id is 'Identity of the item.';
  comment on column public.order_items.order_id is 'The order.';
  comment on column public.order_items.product_id is 'The product, which never changes.';
  comment on column public.order_items.variant_id is 'The variant of the product.';
  comment on column public.order_items.quantity is 'How many.';
  comment on column public.order_items.unit_price is 'What one of them cost.';
  comment on column public.order_items.status is 'Whether it was sent back since.';
  create index order_items_order_id_idx on public.order_items (order_id);
  create index order_items_variant_id_product_id_idx on public.order_items (variant_id, product_id);

  create table public.payments (
    id uuid primary key default gen_random_uuid(),
    order_id uuid not null references public.orders (id) on delete cascade,
    payment_method_id uuid not null references public.payment_methods (id),
    kind text not null check (kind in ('charge', 'refund')),
    amount numeric(10, 2) not null,
    refund_of uuid,
    reason text not null,
    created_at timestamptz not null default now(),
    constraint payments_amount_is_positive check (amount > 0),
    constraint refunds_say_of_what check ((kind = 'refund') = (refund_of is not null)),
    constraint payments_id_payment_method_id_key unique (id, payment_method_id),
    constraint refunds_go_to_the_original_payment_method
      foreign key (refund_of, payment_method_id) references public.payments (id, payment_method_id)
  );
  comment on table public.payments is 'Helpdesk: what was charged for an order, and what was refunded.';
  comment on column public.payments.id is 'Identity of the payment.';
  comment on column public.payments.order_id is 'The order.';
  comment on column public.payments.payment_method_id is 'How it was paid; a refund goes where its charge came from.';
  comment on column public.payments.kind is 'Which way the money goes.';
  comment on column public.payments.amount is 'How much.';
  comment on column public.payments.refund_of is 'The charge that a refund gives back.';
  comment on column public.payments.reason is 'What it is for.';
  comment on column public.payments.created_at is 'When it was booked.';
  create index payments_order_id_idx on public.payments (order_id);
  create index payments_payment_method_id_idx on public.payments (payment_method_id);
  create index payments_refund_of_payment_method_id_idx on public.payments (refund_of, payment_method_id);

  create table public.returns (
    id uuid primary key default gen_random_uuid(),
    order_item_id uuid not null unique references public.order_items (id) on delete cascade,
    reason text not null,
    created_at timestamptz not null default now()
  );
  comment on table public.returns is 'Helpdesk: items that came back for their money.';
  comment on column public.returns.id is 'Identity of the return.';
  comment on column public.returns.order_item_id is 'The item.';
  comment on column public.returns.reason is 'Why, in the customer''s words.';
  comment on column public.returns.created_at is 'When it was asked for.';

  create table public.exchanges (
    id uuid primary key default gen_random_uuid(),
    order_item_id uuid not null unique,
    product_id uuid not null,
    new_variant_id uuid not null,
    price_difference numeric(10, 2) not null,
    created_at timestamptz not null default now(),
    constraint exchanges_are_of_an_item foreign key (order_item_id, product_id)
      references public.order_items (id, product_id) on delete cascade,
    constraint exchanges_stay_within_the_product foreign key (new_variant_id, product_id)
      references public.product_variants (id, product_id)
  );
  comment on table public.exchanges is 'Helpdesk: items that are exchanged for another variant of the same product.';
  comment on column public.exchanges.id is 'Identity of the exchange.';
  comment on column public.exchanges.order_item_id is 'The item that goes back.';
  comment on column public.exchanges.product_id is 'The product of both.';
  comment on column public.exchanges.new_variant_id is 'The variant that is sent instead.';
  comment on column public.exchanges.price_difference is 'What the customer paid for it; negative when it was refunded.';
  comment on column public.exchanges.created_at is 'When it was asked for.';
  create index exchanges_order_item_id_product_id_idx on public.exchanges (order_item_id, product_id);
  create index exchanges_new_variant_id_product_id_idx on public.exchanges (new_variant_id, product_id);

  create table public.tickets (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
    order_id uuid references public.orders (id) on delete set null,
    subject text not null,
    body text not null,
    status text not null default 'open' check (status in ('open', 'closed')),
    created_at timestamptz not null default now()
  );
  comment on table public.tickets is 'Helpdesk: what only a person of the shop can settle.';
  comment on column public.tickets.id is 'Identity of the ticket.';
  comment on column public.tickets.user_id is 'Who asks.';
  comment on column public.tickets.order_id is 'The order that it is about.';
  comment on column public.tickets.subject is 'What it is about, in a line.';
  comment on column public.tickets.body is 'Everything that the person who takes it needs to know.';
  comment on column public.tickets.status is 'Whether it still waits.';
  comment on column public.tickets.created_at is 'When it was opened.';
  create index tickets_user_id_created_at_idx on public.tickets (user_id, created_at desc);
  create index tickets_order_id_idx on public.tickets (order_id);

  alter table public.customers enable row level security;
  alter table public.products enable row level security;
  alter table public.product_variants enable row level security;
  alter table public.payment_methods enable row level security;
  alter table public.orders enable row level security;
  alter table public.order_items enable row level security;
  alter table public.payments enable row level security;
  alter table public.returns enable row level security;
  alter table public.exchanges enable row level security;
  alter table public.tickets enable row level security;

  create policy "Customers see themselves" on public.customers
    for select to authenticated using (user_id = (select auth.uid()));
  create policy "Customers change their own details" on public.customers
    for update to authenticated
    using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
  create policy "Everybody signed in sees what is on sale" on public.products
    for select to authenticated using (is_active);
  create policy "Everybody signed in sees the variants of what is on sale" on public.product_variants
    for select to authenticated
    using (exists (select from public.products as product where product.id = product_id and product.is_active));
  create policy "Customers see their own payment methods" on public.payment_methods
    for select to authenticated
    using (customer_id = (select id from public.customers where user_id = (select auth.uid())));
  create policy "Customers see their own orders" on public.orders
    for select to authenticated
    using (customer_id = (select id from public.customers where user_id = (select auth.uid())));
  create policy "Customers change and cancel their own orders while they are pending" on public.orders
    for update to authenticated
    using (
      status = 'pending'
      and customer_id = (select id from public.customers where user_id = (select auth.uid()))
    )
    with check (
      status in ('pending', 'cancelled')
      and customer_id = (select id from public.customers where user_id = (select auth.uid()))
    );
  -- An order that the policies hide hides what belongs to it.
  create policy "Customers see the items of their own orders" on public.order_items
    for select to authenticated
    using (exists (select from public.orders as o where o.id = order_id));
  create policy "Customers change the items of their own pending orders" on public.order_items
    for update to authenticated
    using (exists (select from public.orders as o where o.id = order_id and o.status = 'pending'))
    with check (exists (select from public.orders as o where o.id = order_id and o.status = 'pending'));
  create policy "Customers see the payments of their own orders" on public.payments
    for select to authenticated
    using (exists (select from public.orders as o where o.id = order_id));
  create policy "Customers see their own returns" on public.returns
    for select to authenticated
    using (exists (select from public.order_items as item where item.id = order_item_id));
  create policy "Customers return what was delivered to them in the last 30 days" on public.returns
    for insert to authenticated
    with check (exists (
      select from public.order_items as item join public.orders as o on o.id = item.order_id
      where item.id = order_item_id and o.status = 'delivered' and o.delivered_at > now() - interval '30 days'
    ));
  create policy "Customers see their own exchanges" on public.exchanges
    for select to authenticated
    using (exists (select from public.order_items as item where item.id = order_item_id));
  create policy "Customers exchange what was delivered to them in the last 30 days" on public.exchanges
    for insert to authenticated
    with check (exists (
      select from public.order_items as item join public.orders as o on o.id = item.order_id
      where item.id = order_item_id and o.status = 'delivered' and o.delivered_at > now() - interval '30 days'
    ));
  create policy "People see their own tickets" on public.tickets
    for select to authenticated using (user_id = (select auth.uid()));
  create policy "People open tickets about themselves and their own orders" on public.tickets
    for insert to authenticated
    with check (
      user_id = (select auth.uid())
      and (order_id is null or exists (select from public.orders as o where o.id = order_id))
    );
  create policy "People close their own tickets" on public.tickets
    for update to authenticated
    using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));

  revoke all on
    public.customers, public.products, public.product_variants, public.payment_methods, public.orders,
    public.order_items, public.payments, public.returns, public.exchanges, public.tickets
  from public, anon, authenticated;
  revoke all on sequence public.order_numbers from public, anon, authenticated;
  grant select on
    public.customers, public.products, public.product_variants, public.payment_methods, public.orders,
    public.order_items, public.payments, public.returns, public.exchanges, public.tickets
  to authenticated;
  grant update (full_name, street, city, postcode, country) on public.customers to authenticated;
  grant update (status, cancel_reason, street, city, postcode, country) on public.orders to authenticated;
  grant update (variant_id) on public.order_items to authenticated;
  grant insert (order_item_id, reason) on public.returns to authenticated;
  grant insert (order_item_id, new_variant_id) on public.exchanges to authenticated;
  grant insert (order_id, subject, body) on public.tickets to authenticated;
  grant update (status) on public.tickets to authenticated;
  grant all on
    public.customers, public.products, public.product_variants, public.payment_methods, public.orders,
    public.order_items, public.payments, public.returns, public.exchanges, public.tickets
  to service_role;
  grant usage on sequence public.order_numbers to service_role;
end
$tables$;
