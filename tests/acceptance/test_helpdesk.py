"""The blueprint `helpdesk`, played case by case: what a model tries, and what the tables say afterwards."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, LiteralString
from uuid import uuid4

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from cli.blueprints import load_blueprint, seed_blueprint
from fixtures.cluster import ROOT
from fixtures.databases import Database
from fixtures.people import Person, act_as
from fixtures.scripted_model import Reply, ScriptedChatModel
from fixtures.servers import RunningServer, Serve

HELPDESK = ROOT / "supabase" / "blueprints" / "helpdesk"
TABLES = (
    "customers", "products", "product_variants", "payment_methods", "orders", "order_items", "payments",
    "returns", "exchanges", "tickets",
)  # fmt: skip

# A call of a tool, and the words that its answer must have.
Step = tuple[str, dict[str, Any], str]


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A server with the helpdesk, two customers, and the tables as the owner of the database sees them."""

    server: RunningServer
    model: ScriptedChatModel
    owner: psycopg.Connection
    ada: Person
    bob: Person

    async def play(self, person: Person, *steps: Step) -> list[Any]:
        """One turn in which the model takes these steps; the answers of the tools."""
        replies = [Reply(tool_calls=[(name, arguments)]) for name, arguments, _ in steps]
        self.model.reply(*replies, "Done.")
        answer = await self.server.say(person, "Please help me.", agent_name="helpdesk")
        assert answer.status_code == 200, answer.text
        calls = answer.json()["tool_calls"]
        for call, (name, _, words) in zip(calls, steps, strict=True):
            assert call["name"] == name
            assert words in call["result"], call
        return [call["result"] for call in calls]

    def order(self, person: Person, status: str, *, is_late: bool = False) -> str:
        """The number of this person's order of that status; `is_late` is the one delivered 90 days ago."""
        return self.value(
            """
            select number from orders join customers c on c.id = customer_id
            where user_id = %(user)s and status = %(status)s
              and coalesce(delivered_at < now() - interval '30 days', false) = %(late)s
            """,
            user=person.id,
            status=status,
            late=is_late,
        )

    def item(self, number: str, sku: str) -> str:
        """The id of an order's item."""
        return str(
            self.value(
                """
                select i.id from order_items i join orders o on o.id = order_id
                join product_variants v on v.id = variant_id where number = %(number)s and sku = %(sku)s
                """,
                number=number,
                sku=sku,
            )
        )

    def variant(self, sku: str) -> str:
        return str(self.value("select id from product_variants where sku = %(sku)s", sku=sku))

    def stock(self, *skus: str) -> list[int]:
        return [self.value("select stock from product_variants where sku = %(sku)s", sku=sku) for sku in skus]

    def money(self, number: str) -> list[tuple[str, Decimal, str]]:
        """What was charged and refunded for an order, and how."""
        return self.rows(
            """
            select p.kind, amount, label from payments p join payment_methods m on m.id = payment_method_id
            join orders o on o.id = order_id where number = %(number)s order by p.created_at, p.kind
            """,
            number=number,
        )

    def rows(self, query: LiteralString, **params: Any) -> list[tuple[Any, ...]]:
        return self.owner.execute(query, params).fetchall()

    def value(self, query: LiteralString, **params: Any) -> Any:
        ((value,),) = self.rows(query, **params)
        return value

    def everything(self) -> dict[str, list[Any]]:
        """All rows of all tables."""
        return {
            table: self.owner.execute(
                SQL("select to_jsonb(t) from {} t order by to_jsonb(t) ->> 'id'").format(Identifier(table))
            ).fetchall()
            for table in TABLES
        }


CARD = "Visa ending in 4242"


@pytest.fixture
async def desk(
    database: Database,
    owner: psycopg.Connection,
    serve: Serve,
    scripted_model: ScriptedChatModel,
    make_user: Callable[..., Person],
) -> Desk:
    load_blueprint(database.owner_url, HELPDESK)
    ada, bob = make_user("ada@example.com"), make_user("bob@example.com")
    for person in (ada, bob):
        seed_blueprint(database.owner_url, "helpdesk", person.id)
    return Desk(server=await serve(), model=scripted_model, owner=owner, ada=ada, bob=bob)


async def test_case_1_a_pending_order_is_cancelled_and_its_money_goes_back_where_it_came_from(
    desk: Desk,
) -> None:
    number = desk.order(desk.ada, "pending")
    [_, details] = await desk.play(
        desk.ada,
        ("get_order", {"order_number": number}, "Trail Jacket"),
        ("cancel_order", {"order_number": number, "reason": "ordered by mistake"}, "cancelled"),
    )
    assert json.loads(details)["result"]["cancel_reason"] == "ordered by mistake"
    assert desk.rows("select status, cancel_reason from orders where number = %(number)s", number=number) == [
        ("cancelled", "ordered by mistake")
    ]
    assert desk.money(number) == [("charge", Decimal(105), CARD), ("refund", Decimal(105), CARD)]
    assert desk.stock("TJ-BLK-M", "CK-1") == [11, 11]


@pytest.mark.parametrize("status", ["processed", "shipped", "delivered"])
async def test_case_2_an_order_that_is_on_its_way_is_not_cancelled_whatever_the_model_tries(
    status: str, desk: Desk
) -> None:
    number, before = desk.order(desk.ada, status), desk.everything()
    await desk.play(
        desk.ada,
        (
            "cancel_order",
            {"order_number": number, "reason": "no longer needed"},
            f"Order {number} is {status}: only pending orders can be cancelled.",
        ),
        ("cancel_order", {"order_number": number, "reason": "I said so"}, "must be one of no longer needed"),
        (
            "cancel_order",
            {"order_number": number, "reason": "no longer needed", "force": True},
            "force is not an argument",
        ),
        (
            "update_order",
            {"filters": {"number": number}, "data": {"status": "pending"}},
            "There is no tool named",
        ),
    )
    assert desk.everything() == before


async def test_case_3_an_address_is_changed_only_while_the_order_is_pending(desk: Desk) -> None:
    pending, shipped = desk.order(desk.ada, "pending"), desk.order(desk.ada, "shipped")
    address = {"street": "5 Mill Lane", "city": "Bath", "postcode": "BA1 2AB"}
    await desk.play(
        desk.ada,
        ("change_shipping_address", {"order_number": pending, **address}, "Mill Lane"),
        (
            "change_shipping_address",
            {"order_number": shipped, **address},
            "only pending orders can be sent elsewhere",
        ),
    )
    moved = desk.rows("select number, country from orders where street = '5 Mill Lane' and city = 'Bath'")
    assert moved == [(pending, "UK")]


async def test_case_4_an_item_of_a_pending_order_becomes_another_variant_and_the_difference_is_charged(
    desk: Desk,
) -> None:
    number = desk.order(desk.ada, "pending")
    jacket, kettle = desk.item(number, "TJ-BLK-M"), desk.item(number, "CK-1")

    def change(item: str, sku: str) -> dict[str, str]:
        return {"order_number": number, "item_id": item, "new_variant_id": desk.variant(sku)}

    await desk.play(
        desk.ada,
        ("change_order_item", change(jacket, "CK-2"), "another variant of the same product"),
        ("change_order_item", change(jacket, "TJ-RED-S"), "out of stock"),
        ("change_order_item", change(jacket, "TJ-BLK-M"), "of that variant already"),
        ("change_order_item", change(jacket, "TJ-RED-L"), '"red"'),
        ("change_order_item", change(kettle, "CK-2"), "32.5"),
    )
    assert desk.money(number) == [
        ("charge", Decimal(105), CARD), ("charge", Decimal(15), CARD), ("charge", Decimal("7.50"), CARD)
    ]  # fmt: skip
    assert desk.stock("TJ-BLK-M", "TJ-RED-L", "CK-1", "CK-2") == [11, 9, 11, 9]


async def test_case_5_a_delivered_item_is_exchanged_for_what_the_quote_said(desk: Desk) -> None:
    number = desk.order(desk.ada, "delivered")
    exchange = {
        "order_number": number,
        "item_ids": [desk.item(number, "TJ-BLK-L"), desk.item(number, "CK-1")],
        "new_variant_ids": [desk.variant("TJ-RED-L"), desk.variant("CK-2")],
    }
    before = desk.everything()
    [quote] = await desk.play(desk.ada, ("quote_exchange", exchange, "Trail Jacket"))
    assert [row["difference"] for row in json.loads(quote)["rows"]] == [15, 7.5]
    assert desk.everything() == before
    await desk.play(
        desk.ada,
        ("exchange_items", exchange, "exchanged"),
        ("exchange_items", exchange, "it has been sent back already"),
    )
    assert desk.rows("select price_difference from exchanges order by 1") == [
        (Decimal("7.50"),),
        (Decimal(15),),
    ]
    assert sorted(desk.money(number)) == [
        ("charge", Decimal("7.50"), CARD), ("charge", Decimal(15), CARD), ("charge", Decimal("124.90"), CARD)
    ]  # fmt: skip
    assert desk.stock("TJ-BLK-L", "TJ-RED-L", "CK-1", "CK-2") == [11, 9, 11, 9]


async def test_case_6_an_exchange_that_breaks_one_rule_changes_nothing_at_all(desk: Desk) -> None:
    number, pending = desk.order(desk.ada, "delivered"), desk.order(desk.ada, "pending")
    jacket, kettle = desk.item(number, "TJ-BLK-L"), desk.item(number, "CK-1")
    red, torch, none_left = desk.variant("TJ-RED-L"), desk.variant("HT-200"), desk.variant("TJ-RED-S")

    def exchange(order: str, items: Sequence[str], variants: Sequence[str]) -> dict[str, Any]:
        return {"order_number": order, "item_ids": items, "new_variant_ids": variants}

    before = desk.everything()
    await desk.play(
        desk.ada,
        (
            "exchange_items",
            exchange(number, [jacket, kettle], [red, torch]),
            "another variant of the same product",
        ),
        ("exchange_items", exchange(number, [jacket], [none_left]), "out of stock"),
        ("exchange_items", exchange(number, [jacket, jacket], [red, red]), "Name each item once."),
        ("exchange_items", exchange(number, [jacket, kettle], [red]), "Name one new variant for each item."),
        ("exchange_items", exchange(number, [], []), "Name at least one item."),
        ("exchange_items", exchange(number, [str(uuid4())], [red]), "has no such item"),
        ("exchange_items", exchange(pending, [jacket], [red]), "only delivered orders can be exchanged"),
    )
    assert desk.everything() == before


async def test_case_7_returned_items_are_refunded_to_the_original_payment_method_and_to_no_other(
    desk: Desk,
) -> None:
    number = desk.order(desk.ada, "delivered")
    jacket, kettle = desk.item(number, "TJ-BLK-L"), desk.item(number, "CK-1")
    gift_card = str(desk.value("select m.id from payment_methods m limit 1"))
    wanted = {"order_number": number, "item_ids": [jacket, kettle], "reason": "Too small."}
    await desk.play(
        desk.ada,
        ("list_payment_methods", {}, "Gift card"),
        ("return_items", {**wanted, "payment_method_id": gift_card}, "payment_method_id is not an argument"),
        ("return_items", wanted, "returned"),
        ("return_items", {**wanted, "item_ids": [jacket]}, "it has been sent back already"),
        (
            "exchange_items",
            {"order_number": number, "item_ids": [kettle], "new_variant_ids": [desk.variant("CK-2")]},
            "it has been sent back already",
        ),
    )
    assert sorted(desk.money(number)) == [
        ("charge", Decimal("124.90"), CARD), ("refund", Decimal(25), CARD), ("refund", Decimal(80), CARD)
    ]  # fmt: skip
    assert desk.rows("select reason from returns") == [("Too small.",), ("Too small.",)]
    assert desk.stock("TJ-BLK-L", "CK-1") == [11, 11]


async def test_case_8_after_thirty_days_nothing_goes_back_but_a_person_hears_of_it(desk: Desk) -> None:
    number = desk.order(desk.ada, "delivered", is_late=True)
    order_id = str(desk.value("select id from orders where number = %(number)s", number=number))
    wanted = {"order_number": number, "item_ids": [desk.item(number, "CK-2")], "reason": "It leaks."}
    await desk.play(
        desk.ada,
        ("return_items", wanted, "more than 30 days ago"),
        (
            "open_ticket",
            {"data": {"subject": "Leaking kettle", "body": "Wants money back.", "order_id": order_id}},
            "open",
        ),
    )
    assert desk.rows("select * from returns") == []
    assert desk.rows("select user_id, subject, status from tickets") == [
        (desk.ada.id, "Leaking kettle", "open")
    ]
    assert desk.money(number) == [("charge", Decimal("32.50"), CARD)]


async def test_case_9_details_are_changed_without_touching_orders_and_tickets_are_closed(desk: Desk) -> None:
    customer = desk.value("select id from customers where user_id = %(id)s", id=desk.ada.id)
    orders = desk.rows("select * from orders order by id")
    await desk.play(
        desk.ada,
        ("get_my_details", {}, "Harbour Road"),
        (
            "update_my_details",
            {"data": {"street": "2 New Street"}, "filters": {"id": str(customer)}},
            "New Street",
        ),
        (
            "update_my_details",
            {"data": {"email": "x@example.com"}, "filters": {"id": str(customer)}},
            "data.email",
        ),
        ("open_ticket", {"data": {"subject": "Invoice", "body": "Needs a copy."}}, "Invoice"),
        ("list_tickets", {"filters": {"status": "open"}}, "Invoice"),
    )
    ticket = desk.value("select id from tickets")
    await desk.play(desk.ada, ("close_ticket", {"filters": {"id": str(ticket)}}, "closed"))
    assert desk.rows("select street, email from customers order by street desc") == [
        ("2 New Street", "ada@example.com"), ("1 Harbour Road", "bob@example.com")
    ]  # fmt: skip
    assert desk.rows("select subject, status from tickets") == [("Invoice", "closed")]
    assert desk.rows("select * from orders order by id") == orders


async def test_case_10_questions_are_answered_and_change_nothing(desk: Desk) -> None:
    before = desk.everything()
    jacket = str(desk.value("select id from products where name = 'Trail Jacket'"))
    [listed, counted, _, variants, _] = await desk.play(
        desk.ada,
        ("list_orders", {}, "delivered"),
        ("count_orders", {"filters": {"status": {"in": ["pending", "shipped"]}}}, "2"),
        ("search_products", {"filters": {"name": {"contains": "jacket"}}}, "Trail Jacket"),
        ("list_variants", {"filters": {"product_id": jacket, "stock": {"gt": 0}}}, "black"),
        ("get_order", {"order_number": "W99999"}, "You have no order W99999."),
    )
    assert len(json.loads(listed)["rows"]) == 5
    assert json.loads(counted) == {"count": 2}
    assert len(json.loads(variants)["rows"]) == 3
    assert desk.everything() == before


async def test_two_customers_never_touch_each_others_orders(desk: Desk) -> None:
    pending, delivered = desk.order(desk.ada, "pending"), desk.order(desk.ada, "delivered")
    item, order_id = desk.item(delivered, "CK-1"), str(desk.value("select min(id::text) from orders"))
    customer = str(desk.value("select id from customers where user_id = %(id)s", id=desk.ada.id))
    own = desk.order(desk.bob, "delivered")
    before = desk.everything()
    results = await desk.play(
        desk.bob,
        ("get_order", {"order_number": pending}, f"You have no order {pending}."),
        ("cancel_order", {"order_number": pending, "reason": "no longer needed"}, "You have no order"),
        ("return_items", {"order_number": own, "item_ids": [item], "reason": "x"}, "has no such item"),
        (
            "exchange_items",
            {"order_number": own, "item_ids": [item], "new_variant_ids": [desk.variant("CK-2")]},
            "has no such item",
        ),
        ("update_my_details", {"data": {"city": "Rome"}, "filters": {"id": customer}}, "Nothing was updated"),
        ("get_my_details", {"filters": {"id": customer}}, '"rows":[]'),
        ("list_payments", {"filters": {"order_id": order_id}}, "rows"),
    )
    assert desk.everything() == before
    assert "ada@example.com" not in " ".join(results)
    [listed] = await desk.play(desk.bob, ("list_orders", {}, "W"))
    of_bob = desk.rows(
        "select number from orders join customers c on c.id = customer_id where user_id = %(id)s",
        id=desk.bob.id,
    )
    assert {(row["number"],) for row in json.loads(listed)["rows"]} == set(of_bob)


FORBIDDEN: tuple[LiteralString, ...] = (
    "update orders set status = 'delivered', delivered_at = now() where status = 'pending'",
    "update orders set status = 'processed' where status = 'pending'",
    "update orders set number = 'W1' where status = 'pending'",
    "update order_items set unit_price = 0",
    "update order_items set product_id = variant_id",
    "update product_variants set price = 0",
    "insert into payments (order_id, payment_method_id, kind, amount, reason, refund_of) "
    "select order_id, payment_method_id, 'refund', amount, 'x', id from payments",
    "insert into returns (order_item_id, reason) select i.id, 'x' from order_items i "
    "join orders o on o.id = order_id where o.status = 'shipped'",
    "insert into exchanges (order_item_id, new_variant_id, price_difference) "
    "select i.id, v.id, -100 from order_items i, product_variants v limit 1",
    "insert into exchanges (order_item_id, new_variant_id) select i.id, v.id "
    "from order_items i join orders o on o.id = order_id and o.status = 'delivered', product_variants v "
    "where v.product_id <> i.product_id and v.stock > 0 and o.delivered_at > now() - interval '9 days' "
    "limit 1",
    "update order_items set variant_id = v.id from product_variants v "
    "where v.product_id <> order_items.product_id and v.stock > 0 and "
    "order_id in (select id from orders where status = 'pending')",
    "select private.settle_order(id, -100, 'x') from orders",
    "delete from orders",
)


@pytest.mark.parametrize("statement", FORBIDDEN, ids=[str(n) for n in range(len(FORBIDDEN))])
def test_the_rules_hold_for_every_other_client_of_the_database(statement: LiteralString, desk: Desk) -> None:
    before = desk.everything()
    with pytest.raises(psycopg.Error) as refusal, act_as(desk.owner, desk.ada):
        desk.owner.execute(statement)
    assert isinstance(
        refusal.value, psycopg.errors.InsufficientPrivilege | psycopg.errors.ForeignKeyViolation
    ), refusal.value
    assert desk.everything() == before


OUT_OF_REACH: tuple[LiteralString, ...] = (
    "update orders set status = 'cancelled' where status <> 'pending'",
    "update order_items i set variant_id = v.id from product_variants v, orders o "
    "where v.product_id = i.product_id and v.id <> i.variant_id and v.stock > 0 "
    "and o.id = i.order_id and o.status <> 'pending'",
)


@pytest.mark.parametrize("statement", OUT_OF_REACH, ids=["cancel", "change an item"])
def test_what_is_no_longer_pending_is_out_of_every_clients_reach(
    statement: LiteralString, desk: Desk
) -> None:
    desk.order(desk.ada, "shipped")
    before = desk.everything()
    with act_as(desk.owner, desk.ada):
        touched = desk.owner.execute(statement).rowcount
    assert touched == 0
    assert desk.everything() == before


def test_the_helpdesk_is_loaded_once_and_seeds_once(desk: Desk, database: Database) -> None:
    agents = "select agent_name, config_version from agent_configurations"
    before = desk.everything(), desk.rows(agents)
    assert load_blueprint(database.owner_url, HELPDESK) is False
    seed_blueprint(database.owner_url, "helpdesk", desk.ada.id)
    assert (desk.everything(), desk.rows(agents)) == before


def test_it_has_at_least_fourteen_tools_and_no_code(desk: Desk) -> None:
    kinds = desk.rows("select type, count(*) from agent_tools group by type order by type")
    assert sum(count for _, count in kinds) >= 14
    assert [kind for kind, _ in kinds] == ["CRUDTool", "RPCTool"]
    assert {path.suffix for path in HELPDESK.iterdir()} == {".sql", ".md"}


def test_a_table_of_ones_own_with_such_a_name_is_left_alone(
    database: Database, owner: psycopg.Connection
) -> None:
    owner.execute("create table public.orders (id integer)")
    with pytest.raises(psycopg.errors.DuplicateTable):
        load_blueprint(database.owner_url, HELPDESK)
    found = owner.execute("select to_regclass('public.customers'), to_regclass('public.orders')").fetchone()
    assert found == (None, "orders")
