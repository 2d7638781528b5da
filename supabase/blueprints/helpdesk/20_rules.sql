-- The shop's rules as functions. Those of schema public are what the agent's tools call: they work as the customer, under
-- the customer's policies, and say in a sentence why something cannot be done. Those of schema private are triggers: they
-- book what a change entails (money, stock), which no customer may do by hand.
-- Loaded once: where these functions are, nothing is written.

do $rules$
begin
  if to_regprocedure('private.settle_order(uuid, numeric, text)') is not null then
    return;
  end if;

  create function private.settle_order(for_order uuid, amount numeric, reason text) returns void
  language plpgsql
  set search_path = ''
  as $function$
  declare
    original public.payments := (
      select row from public.payments as row where row.order_id = for_order and row.kind = 'charge'
      order by row.created_at, row.id limit 1
    );
  begin
    if amount > 0 then
      insert into public.payments (order_id, payment_method_id, kind, amount, reason)
      values (for_order, original.payment_method_id, 'charge', amount, reason);
    elsif amount < 0 then
      insert into public.payments (order_id, payment_method_id, kind, amount, reason, refund_of)
      values (for_order, original.payment_method_id, 'refund', -amount, reason, original.id);
    end if;
  end
  $function$;
  comment on function private.settle_order(uuid, numeric, text) is
    'Charges an amount for an order, or refunds a negative one, by the payment method that the order was paid with.';

  create function private.take_from_stock(variant uuid, quantity integer) returns void
  language plpgsql
  set search_path = ''
  as $function$
  begin
    update public.product_variants set stock = stock - quantity
    where id = variant and stock >= quantity;
    if not found then
      raise exception 'Of this variant there are not % left.', quantity using hint = 'Offer another one.';
    end if;
  end
  $function$;
  comment on function private.take_from_stock(uuid, integer) is 'Takes some of a variant, or puts a negative number back.';

  create function private.after_order_cancelled() returns trigger
  language plpgsql security definer
  set search_path = ''
  as $function$
  begin
    perform private.take_from_stock(variant_id, -quantity) from public.order_items where order_id = new.id;
    perform private.settle_order(
      new.id,
      (select sum(case kind when 'charge' then -amount else amount end) from public.payments where order_id = new.id),
      'Order cancelled'
    );
    return null;
  end
  $function$;
  comment on function private.after_order_cancelled() is
    'Trigger: what was paid for a cancelled order is refunded, and its items can be sold again.';

  create function private.before_variant_changed() returns trigger
  language plpgsql security definer
  set search_path = ''
  as $function$
  begin
    perform private.take_from_stock(old.variant_id, -old.quantity), private.take_from_stock(new.variant_id, new.quantity);
    new.unit_price := (select price from public.product_variants where id = new.variant_id);
    perform private.settle_order(new.order_id, (new.unit_price - old.unit_price) * new.quantity, 'Item changed');
    return new;
  end
  $function$;
  comment on function private.before_variant_changed() is
    'Trigger: an item of another variant has that variant''s price, and the difference is settled.';

  create function private.after_item_returned() returns trigger
  language plpgsql security definer
  set search_path = ''
  as $function$
  declare
    item public.order_items;
  begin
    update public.order_items set status = 'returned' where id = new.order_item_id and status = 'ordered'
    returning * into item;
    if not found then
      raise exception 'This item has been sent back already.';
    end if;
    perform private.take_from_stock(item.variant_id, -item.quantity);
    perform private.settle_order(item.order_id, -item.unit_price * item.quantity, 'Item returned');
    return null;
  end
  $function$;
  comment on function private.after_item_returned() is 'Trigger: what a returned item cost is refunded.';

  create function private.before_item_exchanged() returns trigger
  language plpgsql security definer
  set search_path = ''
  as $function$
  declare
    item public.order_items;
  begin
    update public.order_items set status = 'exchanged' where id = new.order_item_id and status = 'ordered'
    returning * into item;
    if not found then
      raise exception 'This item has been sent back already.';
    end if;
    new.product_id := item.product_id;
    new.price_difference := item.quantity * (
      (select price from public.product_variants where id = new.new_variant_id) - item.unit_price
    );
    perform
      private.take_from_stock(item.variant_id, -item.quantity), private.take_from_stock(new.new_variant_id, item.quantity);
    perform private.settle_order(item.order_id, new.price_difference, 'Item exchanged');
    return new;
  end
  $function$;
  comment on function private.before_item_exchanged() is
    'Trigger: an exchanged item is replaced from stock, and the difference in price is settled.';

  create trigger settle_cancelled_order after update of status on public.orders
    for each row when (new.status = 'cancelled' and old.status <> 'cancelled')
    execute function private.after_order_cancelled();
  create trigger settle_changed_item before update of variant_id on public.order_items
    for each row when (new.variant_id <> old.variant_id) execute function private.before_variant_changed();
  create trigger settle_return after insert on public.returns
    for each row execute function private.after_item_returned();
  create trigger settle_exchange before insert on public.exchanges
    for each row execute function private.before_item_exchanged();

  create function public.find_order(order_number text) returns public.orders
  language plpgsql stable
  set search_path = ''
  as $function$
  declare
    found_order public.orders := (
      select row from public.orders as row where row.number = upper(btrim(order_number, ' #'))
    );
  begin
    if found_order.id is null then
      raise exception 'You have no order %.', order_number using hint = 'List the orders to see their numbers.';
    end if;
    return found_order;
  end
  $function$;
  comment on function public.find_order(text) is 'One of the customer''s own orders, by its number.
order_number: The order''s number, such as W1001.';

  create function public.order_details(order_number text) returns jsonb
  language sql stable
  set search_path = ''
  as $function$
    select jsonb_build_object(
      'number', o.number, 'status', o.status, 'placed_at', o.placed_at, 'delivered_at', o.delivered_at,
      'tracking_number', o.tracking_number, 'cancel_reason', o.cancel_reason,
      'address', jsonb_build_object('street', o.street, 'city', o.city, 'postcode', o.postcode, 'country', o.country),
      'items', (
        select jsonb_agg(jsonb_build_object(
          'item_id', item.id, 'product_id', item.product_id, 'product', product.name, 'options', variant.options,
          'quantity', item.quantity, 'unit_price', item.unit_price, 'status', item.status
        ) order by product.name, variant.sku)
        from public.order_items as item
        left join public.product_variants as variant on variant.id = item.variant_id
        left join public.products as product on product.id = item.product_id
        where item.order_id = o.id),
      'payments', (
        select jsonb_agg(jsonb_build_object(
          'kind', payment.kind, 'amount', payment.amount, 'method', method.label, 'reason', payment.reason
        ) order by payment.created_at, payment.kind)
        from public.payments as payment
        left join public.payment_methods as method on method.id = payment.payment_method_id
        where payment.order_id = o.id)
    )
    from public.find_order(order_number) as o
  $function$;
  comment on function public.order_details(text) is 'Everything about one order: its status, address, items and payments.
order_number: The order''s number, such as W1001.';

  create function public.require_order(order_number text, wanted_status text, what text) returns public.orders
  language plpgsql stable
  set search_path = ''
  as $function$
  declare
    found_order public.orders := public.find_order(order_number);
  begin
    if found_order.status <> wanted_status then
      raise exception 'Order % is %: only % orders can be %.', found_order.number, found_order.status, wanted_status, what
        using hint = case found_order.status
          when 'pending' then 'A pending order can be cancelled or changed.'
          when 'delivered' then 'Delivered items can be returned or exchanged.'
          else 'Nothing can be changed about it now; a ticket reaches a person.'
        end;
    elsif wanted_status = 'delivered' and found_order.delivered_at < now() - interval '30 days' then
      raise exception 'Order % was delivered more than 30 days ago: it can no longer be %.', found_order.number, what
        using hint = 'A ticket reaches a person.';
    end if;
    return found_order;
  end
  $function$;
  comment on function public.require_order(text, text, text) is
    'One of the customer''s own orders, if it has the status that something needs; else an exception that says so.';

  create domain public.cancel_reason as text check (value in ('no longer needed', 'ordered by mistake'));
  comment on domain public.cancel_reason is 'Why an order may be cancelled.';

  create function public.cancel_order(order_number text, reason public.cancel_reason) returns jsonb
  language plpgsql
  set search_path = ''
  as $function$
  declare
    the_order public.orders := public.require_order(order_number, 'pending', 'cancelled');
  begin
    update public.orders set status = 'cancelled', cancel_reason = reason where id = the_order.id;
    if not found then
      raise exception 'Order % was processed a moment ago and can no longer be cancelled.', the_order.number;
    end if;
    return public.order_details(the_order.number);
  end
  $function$;
  comment on function public.cancel_order(text, public.cancel_reason) is
    'Cancels a whole order that is still pending. What was paid goes back to the original payment method.
order_number: The order''s number, such as W1001.
reason: Why the customer wants it cancelled.';

  create function public.change_shipping_address(
    order_number text, street text, city text, postcode text, country text default null
  ) returns jsonb
  language plpgsql
  set search_path = ''
  as $function$
  declare
    the_order public.orders := public.require_order(order_number, 'pending', 'sent elsewhere');
  begin
    update public.orders as o
    set street = change_shipping_address.street, city = change_shipping_address.city,
      postcode = change_shipping_address.postcode, country = coalesce(change_shipping_address.country, o.country)
    where o.id = the_order.id;
    if not found then
      raise exception 'Order % was processed a moment ago and can no longer be sent elsewhere.', the_order.number;
    end if;
    return public.order_details(the_order.number);
  end
  $function$;
  comment on function public.change_shipping_address(text, text, text, text, text) is
    'Sends an order that is still pending to another address.
order_number: The order''s number, such as W1001.
street: Street and number.
country: Left out: the same country as before.';

  create function public.require_items(in_order public.orders, item_ids uuid[]) returns void
  language plpgsql stable
  set search_path = ''
  as $function$
  declare
    available uuid[] := array(
      select id from public.order_items where order_id = in_order.id and status = 'ordered'
    );
  begin
    if coalesce(cardinality(item_ids), 0) = 0 then
      raise exception 'Name at least one item.' using hint = 'The order''s details have the item ids.';
    elsif not item_ids <@ available then
      raise exception 'Order % has no such item, or it has been sent back already.', in_order.number
        using hint = 'The order''s details have the item ids and what became of each.';
    elsif cardinality(item_ids) <> (select count(distinct item) from unnest(item_ids) as item) then
      raise exception 'Name each item once.';
    end if;
  end
  $function$;
  comment on function public.require_items(public.orders, uuid[]) is
    'An exception unless these are different items of the order that nobody has sent back.';

  create function public.price_variants(item_ids uuid[], new_variant_ids uuid[])
  returns table (item_id uuid, product text, old_price numeric, new_options jsonb, new_price numeric, difference numeric)
  language plpgsql stable
  set search_path = ''
  as $function$
  declare
    strange record;
  begin
    if cardinality(item_ids) is distinct from cardinality(new_variant_ids) then
      raise exception 'Name one new variant for each item.';
    end if;
    select item.id, variant.product_id, variant.stock, item.quantity, item.variant_id = variant.id as is_same
      into strange
      from unnest(item_ids, new_variant_ids) as pair (item_id, variant_id)
      join public.order_items as item on item.id = pair.item_id
      left join public.product_variants as variant on variant.id = pair.variant_id
      where variant.product_id is distinct from item.product_id or item.variant_id = variant.id
        or variant.stock < item.quantity
      limit 1;
    if not found then
      return query
        select item.id, product.name, item.unit_price, variant.options, variant.price,
          (variant.price - item.unit_price) * item.quantity
        from unnest(price_variants.item_ids, new_variant_ids) with ordinality as pair (item_id, variant_id, place)
        join public.order_items as item on item.id = pair.item_id
        join public.product_variants as variant on variant.id = pair.variant_id
        join public.products as product on product.id = variant.product_id
        order by pair.place;
    elsif strange.is_same then
      raise exception 'Item % is of that variant already.', strange.id;
    elsif strange.stock < strange.quantity then
      raise exception 'The new variant for item % is out of stock.', strange.id using hint = 'Offer another variant.';
    else
      raise exception 'Item % can only become another variant of the same product.', strange.id
        using hint = 'List the variants of the item''s product_id.';
    end if;
  end
  $function$;
  comment on function public.price_variants(uuid[], uuid[]) is
    'What it costs to replace each item by the variant at the same place; an exception if one cannot be replaced so.';

  create function public.change_order_item(order_number text, item_id uuid, new_variant_id uuid) returns jsonb
  language plpgsql
  set search_path = ''
  as $function$
  declare
    the_order public.orders := public.require_order(order_number, 'pending', 'changed');
  begin
    perform public.require_items(the_order, array[item_id]), public.price_variants(array[item_id], array[new_variant_id]);
    update public.order_items set variant_id = new_variant_id where id = change_order_item.item_id;
    if not found then
      raise exception 'Order % was processed a moment ago and can no longer be changed.', the_order.number;
    end if;
    return public.order_details(the_order.number);
  end
  $function$;
  comment on function public.change_order_item(text, uuid, uuid) is
    'Replaces an item of an order that is still pending by another variant of the same product. The difference in price is charged or refunded.
order_number: The order''s number, such as W1001.
item_id: The item''s id, from the order''s details.
new_variant_id: The id of the variant to send instead.';

  create function public.quote_exchange(order_number text, item_ids uuid[], new_variant_ids uuid[])
  returns table (item_id uuid, product text, old_price numeric, new_options jsonb, new_price numeric, difference numeric)
  language plpgsql stable
  set search_path = ''
  as $function$
  begin
    perform public.require_items(public.require_order(order_number, 'delivered', 'exchanged'), item_ids);
    return query select * from public.price_variants(item_ids, new_variant_ids);
  end
  $function$;
  comment on function public.quote_exchange(text, uuid[], uuid[]) is
    'Says what an exchange would cost, without doing it: one row for each item.
order_number: The order''s number, such as W1001.
item_ids: Ids of delivered items, from the order''s details.
new_variant_ids: For each of these items, in the same order, the id of the variant to send instead.';

  create function public.exchange_items(order_number text, item_ids uuid[], new_variant_ids uuid[]) returns jsonb
  language plpgsql
  set search_path = ''
  as $function$
  declare
    the_order public.orders := public.require_order(order_number, 'delivered', 'exchanged');
  begin
    perform public.require_items(the_order, item_ids);
    perform public.price_variants(item_ids, new_variant_ids);
    insert into public.exchanges (order_item_id, new_variant_id)
    select * from unnest(item_ids, new_variant_ids);
    return public.order_details(the_order.number);
  end
  $function$;
  comment on function public.exchange_items(text, uuid[], uuid[]) is
    'Exchanges delivered items for other variants of the same products. The difference in price is charged or refunded by the original payment method.
order_number: The order''s number, such as W1001.
item_ids: Ids of delivered items, from the order''s details.
new_variant_ids: For each of these items, in the same order, the id of the variant to send instead.';

  create function public.return_items(order_number text, item_ids uuid[], reason text) returns jsonb
  language plpgsql
  set search_path = ''
  as $function$
  declare
    the_order public.orders := public.require_order(order_number, 'delivered', 'returned');
  begin
    perform public.require_items(the_order, item_ids);
    insert into public.returns (order_item_id, reason)
    select item, return_items.reason from unnest(item_ids) as item;
    return public.order_details(the_order.number);
  end
  $function$;
  comment on function public.return_items(text, uuid[], text) is
    'Takes delivered items back. What they cost goes back to the original payment method.
order_number: The order''s number, such as W1001.
item_ids: Ids of delivered items, from the order''s details.
reason: Why, in the customer''s words.';

  revoke execute on function
    private.settle_order(uuid, numeric, text), private.take_from_stock(uuid, integer), private.after_order_cancelled(),
    private.before_variant_changed(), private.after_item_returned(), private.before_item_exchanged(),
    public.find_order(text), public.order_details(text), public.require_order(text, text, text),
    public.cancel_order(text, public.cancel_reason), public.change_shipping_address(text, text, text, text, text),
    public.require_items(public.orders, uuid[]), public.price_variants(uuid[], uuid[]),
    public.change_order_item(text, uuid, uuid), public.quote_exchange(text, uuid[], uuid[]),
    public.exchange_items(text, uuid[], uuid[]), public.return_items(text, uuid[], text)
  from public, anon;
  grant execute on function
    public.find_order(text), public.order_details(text), public.require_order(text, text, text),
    public.cancel_order(text, public.cancel_reason), public.change_shipping_address(text, text, text, text, text),
    public.require_items(public.orders, uuid[]), public.price_variants(uuid[], uuid[]),
    public.change_order_item(text, uuid, uuid), public.quote_exchange(text, uuid[], uuid[]),
    public.exchange_items(text, uuid[], uuid[]), public.return_items(text, uuid[], text)
  to authenticated;
end
$rules$;
