-- A customer to try the helpdesk with: `select private.seed_helpdesk(id) from auth.users where email = '...'` gives that
-- user a catalog to choose from and one order in each state. Who is a customer already gets nothing twice.

do $seed$
begin
  if to_regprocedure('private.seed_helpdesk(uuid)') is not null then
    return;
  end if;

  create function private.seed_helpdesk_catalog() returns void
  language sql
  set search_path = ''
  as $function$
    insert into public.products (name, category, description) values
      ('Trail Jacket', 'clothing', 'A light jacket that keeps rain out.'),
      ('Camp Kettle', 'kitchen', 'A kettle of steel for a gas stove.'),
      ('Head Torch', 'outdoor', 'A torch that leaves both hands free.')
    on conflict (name) do nothing;
    insert into public.product_variants (product_id, sku, options, price, stock)
    select product.id, variant.sku, variant.options::jsonb, variant.price, variant.stock
    from (values
      ('Trail Jacket', 'TJ-BLK-M', '{"colour": "black", "size": "M"}', 80.00, 10),
      ('Trail Jacket', 'TJ-BLK-L', '{"colour": "black", "size": "L"}', 80.00, 10),
      ('Trail Jacket', 'TJ-RED-L', '{"colour": "red", "size": "L"}', 95.00, 10),
      ('Trail Jacket', 'TJ-RED-S', '{"colour": "red", "size": "S"}', 70.00, 0),
      ('Camp Kettle', 'CK-1', '{"litres": 1}', 25.00, 10),
      ('Camp Kettle', 'CK-2', '{"litres": 2}', 32.50, 10),
      ('Head Torch', 'HT-200', '{"lumens": 200}', 19.90, 10)
    ) as variant (product, sku, options, price, stock)
    join public.products as product on product.name = variant.product
    on conflict (sku) do nothing;
  $function$;
  comment on function private.seed_helpdesk_catalog() is 'Three products in seven variants, one of them out of stock.';

  create function private.seed_helpdesk_order(buyer public.customers, order_status text, age interval, skus text[])
  returns void
  language plpgsql
  set search_path = ''
  as $function$
  declare
    new_order uuid;
  begin
    insert into public.orders
      (customer_id, status, street, city, postcode, country, tracking_number, cancel_reason, placed_at, delivered_at)
    values (
      buyer.id, order_status, buyer.street, buyer.city, buyer.postcode, buyer.country,
      case when order_status in ('shipped', 'delivered') then 'T' || left(md5(buyer.id || age::text), 8) end,
      case when order_status = 'cancelled' then 'no longer needed' end,
      now() - age - interval '5 days', case when order_status = 'delivered' then now() - age end
    ) returning id into new_order;
    insert into public.order_items (order_id, product_id, variant_id, unit_price)
    select new_order, product_id, id, price from public.product_variants where sku = any (skus);
    insert into public.payments (order_id, payment_method_id, kind, amount, reason, created_at)
    select new_order,
      (select id from public.payment_methods where customer_id = buyer.id and kind = 'card'),
      'charge', sum(unit_price), 'Order placed', now() - age - interval '5 days'
    from public.order_items where order_id = new_order;
  end
  $function$;
  comment on function private.seed_helpdesk_order(public.customers, text, interval, text[]) is
    'An order of these variants, one of each, paid by card.';

  create function private.seed_helpdesk(user_id uuid) returns void
  language plpgsql
  set search_path = ''
  as $function$
  declare
    buyer public.customers;
  begin
    perform private.seed_helpdesk_catalog();
    insert into public.customers (user_id, full_name, email, street, city, postcode, country)
    select id, 'Demo Customer', coalesce(email, 'customer@example.com'), '1 Harbour Road', 'Bristol', 'BS1 1AA', 'UK'
    from auth.users where id = seed_helpdesk.user_id
    on conflict on constraint customers_user_id_key do nothing
    returning * into buyer;
    if buyer.id is null then
      return;
    end if;
    insert into public.payment_methods (customer_id, kind, label) values
      (buyer.id, 'card', 'Visa ending in 4242'),
      (buyer.id, 'gift_card', 'Gift card');
    perform
      private.seed_helpdesk_order(buyer, 'pending', interval '0', '{TJ-BLK-M,CK-1}'),
      private.seed_helpdesk_order(buyer, 'processed', interval '1 day', '{HT-200}'),
      private.seed_helpdesk_order(buyer, 'shipped', interval '2 days', '{CK-2}'),
      private.seed_helpdesk_order(buyer, 'delivered', interval '3 days', '{TJ-BLK-L,CK-1,HT-200}'),
      private.seed_helpdesk_order(buyer, 'delivered', interval '90 days', '{CK-2}');
  end
  $function$;
  comment on function private.seed_helpdesk(uuid) is
    'Makes a user a customer of the demo shop, with five orders: pending, processed, shipped, delivered, delivered long ago.';

  revoke execute on function
    private.seed_helpdesk_catalog(), private.seed_helpdesk_order(public.customers, text, interval, text[]),
    private.seed_helpdesk(uuid)
  from public;
end
$seed$;
