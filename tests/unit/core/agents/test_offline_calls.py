"""The offline model: which tool a sentence means, and with which arguments."""

import pytest

from fixtures.offered_tools import INTEGER, MOMENT, SOME_ID, TEXT, TOOLS, Json, ask, call_of, offer, record

DISCLOSURE = "I am Clarity's offline rule model, not a language model"

# Which tool, which arguments


@pytest.mark.parametrize(
    ("sentence", "name", "arguments"),
    [
        ("show my tasks", "get_tasks", {}),
        ("What are my tasks?", "get_tasks", {}),
        ("do I have any open tasks", "get_tasks", {"filters": {"status": "open"}}),
        ("tasks in progress", "get_tasks", {"filters": {"status": "in_progress"}}),
        ("show high priority tasks", "get_tasks", {"filters": {"priority": "high"}}),
        ("list the first 5 tasks", "get_tasks", {"limit": 5}),
        ("show 3 tasks", "get_tasks", {"limit": 3}),
        ("show tasks limit=7", "get_tasks", {"limit": 7}),
        ("find tasks about 50% milk", "get_tasks", {"filters": {"title": {"ilike": "%50\\% milk%"}}}),
        ('find the task "milk"', "get_tasks", {"filters": {"title": {"ilike": "%milk%"}}}),
        ("which tasks are due tomorrow", "get_tasks", {"filters": {"due_date": "2026-11-21"}}),
        ("tasks due before next friday", "get_tasks", {"filters": {"due_date": {"lt": "2026-11-27"}}}),
        (
            "show tasks created today",
            "get_tasks",
            {
                "filters": {
                    "created_at": {"gte": "2026-11-20T00:00:00+00:00", "lt": "2026-11-21T00:00:00+00:00"}
                }
            },
        ),
        ("how many tasks do I have", "count_tasks", {}),
        ("count done tasks", "count_tasks", {"filters": {"status": "done"}}),
        ("add a task buy milk", "create_task", {"data": {"title": "buy milk"}}),
        ("Add buy milk to my tasks, please!", "create_task", {"data": {"title": "buy milk"}}),
        ("remind me to call Ann", "create_task", {"data": {"title": "call Ann"}}),
        ("add a task buy 3 apples", "create_task", {"data": {"title": "buy 3 apples"}}),
        ("add a task read the high tower", "create_task", {"data": {"title": "read the high tower"}}),
        (
            "I need to add a task: water the plants by friday",
            "create_task",
            {"data": {"title": "water the plants", "due_date": "2026-11-27"}},
        ),
        (
            'create a new task called "Write report" with high priority due 2026-12-01 position 4',
            "create_task",
            {"data": {"title": "Write report", "priority": "high", "due_date": "2026-12-01", "position": 4}},
        ),
        (
            "add task title=Buy milk status=open due_date=tomorrow",
            "create_task",
            {"data": {"title": "Buy milk", "status": "open", "due_date": "2026-11-21"}},
        ),
        (
            "add task title: Milk, eggs: six, priority: high",
            "create_task",
            {"data": {"title": "Milk, eggs: six", "priority": "high"}},
        ),
        (
            "finish buy milk",
            "update_task",
            {"data": {"status": "done"}, "filters": {"title": {"ilike": "buy milk"}}},
        ),
        (
            'I finished "Buy milk"',
            "update_task",
            {"data": {"status": "done"}, "filters": {"title": {"ilike": "Buy milk"}}},
        ),
        (
            "mark the task buy milk as done",
            "update_task",
            {"data": {"status": "done"}, "filters": {"title": {"ilike": "buy milk"}}},
        ),
        (
            "change the priority of buy milk to high",
            "update_task",
            {"data": {"priority": "high"}, "filters": {"title": {"ilike": "buy milk"}}},
        ),
        (
            "rename task buy milk to buy oat milk",
            "update_task",
            {"data": {"title": "buy oat milk"}, "filters": {"title": {"ilike": "buy milk"}}},
        ),
        (
            "update tasks set priority=high where status=open",
            "update_task",
            {"data": {"priority": "high"}, "filters": {"status": "open"}},
        ),
        (
            'update task title="Buy milk" status=done',
            "update_task",
            {"data": {"status": "done"}, "filters": {"title": {"ilike": "Buy milk"}}},
        ),
        (f"complete task {SOME_ID}", "update_task", {"data": {"status": "done"}, "filters": {"id": SOME_ID}}),
        (
            'mark the open task "Buy milk" as done',
            "update_task",
            {"data": {"status": "done"}, "filters": {"title": {"ilike": "Buy milk"}}},
        ),
        (
            "delete the done report",
            "delete_task",
            {"filters": {"status": "done", "title": {"ilike": "report"}}},
        ),
        (
            "set the position of buy milk to 3",
            "update_task",
            {"data": {"position": 3}, "filters": {"title": {"ilike": "buy milk"}}},
        ),
        ("delete the task buy milk", "delete_task", {"filters": {"title": {"ilike": "buy milk"}}}),
        ('remove "Buy milk" from my tasks', "delete_task", {"filters": {"title": {"ilike": "Buy milk"}}}),
        ("delete done tasks", "delete_task", {"filters": {"status": "done"}}),
        (f"delete task {SOME_ID}", "delete_task", {"filters": {"id": SOME_ID}}),
        ("remember that I like green tea", "save_memory", {"data": {"content": "I like green tea"}}),
        ("what do you remember about me?", "get_memory", {}),
        ("add a note about my tasks", "create_note", {"data": {"content": "my tasks"}}),
        ("note that the code is 12", "create_note", {"data": {"content": "code is 12"}}),
        ("search notes for hiring", "get_notes", {"filters": {"title": {"ilike": "%hiring%"}}}),
        ("books", "books", {}),
        ("show unread books", "books", {"filters": {"is_read": False}}),
        ("show books that are read", "books", {"filters": {"is_read": True}}),
        ("find books by “Herbert”", "books", {"filters": {"author": {"ilike": "%Herbert%"}}}),
        ("delete book 5", "remove_book", {"filters": {"id": 5}}),
        ("find books by author “Herbert”", "books", {"filters": {"author": {"ilike": "%Herbert%"}}}),
        ("show books pages>300 pages<500", "books", {"filters": {"pages": {"gt": 300, "lt": 500}}}),
        (
            'add book "Dune" author "Frank Herbert" 412 pages',
            "add_book",
            {"data": {"title": "Dune", "author": "Frank Herbert", "pages": 412}},
        ),
        ("monthly report for month 11", "monthly_report", {"month": 11}),
    ],
)
def test_a_sentence_becomes_a_call(sentence: str, name: str, arguments: Json):
    assert call_of(sentence) == (name, arguments)


@pytest.mark.parametrize(
    "sentence",
    [
        "the weather is nice",
        "show everything",
        "42",
        "don't",
        "what's the weather today?",
        "forget it",
    ],
)
def test_without_a_clear_match_no_tool_is_called(sentence: str):
    answer = ask(sentence)
    assert not answer.tool_calls
    assert DISCLOSURE in answer.text


def test_looking_is_done_with_a_tool_that_only_writes_never():
    assert not ask(
        "show my tasks", [tool for tool in TOOLS if tool["function"]["name"] == "delete_task"]
    ).tool_calls
    assert not ask("tasks", [tool for tool in TOOLS if tool["function"]["name"] == "update_task"]).tool_calls


def test_of_equal_tools_the_first_is_called():
    twins = [offer(name, "Lists books", record()) for name in ("get_books", "list_books")]
    assert call_of("books please", twins)[0] == "get_books"
    assert call_of("books please", twins[::-1])[0] == "list_books"


def test_the_more_exact_name_wins():
    tools = [offer("get_book_reviews", "", record()), offer("get_books", "", record())]
    assert call_of("show books", tools)[0] == "get_books"
    assert call_of("show book reviews", tools)[0] == "get_book_reviews"


def test_plurals_and_forms_of_verbs_are_the_same_word():
    tools = [offer("addMovie", "", record(["title"], title=TEXT)), offer("list_companies", "", record())]
    assert call_of('adding the movies "Alien"', tools) == ("addMovie", {"title": "Alien"})
    assert call_of("listing every company", tools) == ("list_companies", {})


def test_the_arguments_follow_references_unions_and_nullable_types():
    schema: Json = {
        "type": "object",
        "$defs": {
            "Colour": {"enum": ["red", "green"], "type": "string"},
            "Row": {
                "type": "object",
                "required": ["name"],
                "properties": {
                    "name": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                    "colour": {"$ref": "#/$defs/Colour"},
                    "seats": {"type": ["integer", "null"]},
                    "price": {"type": "number"},
                    "is_new": {"type": "boolean"},
                    "tags": {"type": "array", "items": {"type": "string"}},
                    "extra": {"type": "object"},
                    "again": {"$ref": "#/$defs/Row"},
                },
            },
        },
        "properties": {"data": {"$ref": "#/$defs/Row"}, "kind": {"const": "car"}},
        "required": ["data", "kind"],
    }
    sentence = 'add car name="Mini" colour=GREEN seats=4 price=9.5 is_new=yes tags=a,b extra={"a": 1}'
    expected = {
        "name": "Mini",
        "colour": "green",
        "seats": 4,
        "price": 9.5,
        "is_new": True,
        "tags": ["a", "b"],
    }
    assert call_of(sentence, [offer("add_car", "", schema)]) == (
        "add_car",
        {"data": {**expected, "extra": {"a": 1}}, "kind": "car"},
    )


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("today", "2026-11-20"),
        ("tomorrow", "2026-11-21"),
        ("the day after tomorrow", "2026-11-22"),
        ("next friday", "2026-11-27"),
        ("this friday", "2026-11-20"),
        ("monday", "2026-11-23"),
        ("in 3 days", "2026-11-23"),
        ("in 2 weeks", "2026-12-04"),
        ("next week", "2026-11-27"),
        ("2027-02-28", "2027-02-28"),
        ("Tomorrow at 3pm", "2026-11-21"),
    ],
)
def test_dates_are_counted_from_the_models_clock(words: str, expected: str):
    assert call_of(f"add a task pay rent due {words}")[1] == {
        "data": {"title": "pay rent", "due_date": expected}
    }


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("tomorrow at 3pm", "2026-11-21T15:00:00+00:00"),
        ("2026-12-01T08:15:00+02:00", "2026-12-01T08:15:00+02:00"),
        ("2026-12-01", "2026-12-01T00:00:00+00:00"),
    ],
)
def test_an_argument_of_date_and_time_gets_both(words: str, expected: str):
    tools = [offer("add_event", "", record(["title", "starts_at"], title=TEXT, starts_at=MOMENT))]
    assert call_of(f'add event "Party" {words}', tools)[1]["starts_at"] == expected


def test_an_impossible_date_is_no_date():
    assert "due_date" not in call_of("add a task pay rent due 2026-02-31")[1]["data"]


def test_operators_may_be_left_to_a_filters_description():
    filters = record(
        title={"anyOf": [TEXT, {"type": "object"}]}, pages={"anyOf": [INTEGER, {"type": "object"}]}
    )
    tools = [offer("get_books", "", record(filters=filters))]
    assert call_of('find books "dune" pages>=3', tools)[1]["filters"] == {
        "title": {"ilike": "%dune%"},
        "pages": {"gte": 3},
    }


def test_a_filter_that_takes_only_operators_gets_one():
    year = {"type": "object", "properties": {"gt": INTEGER, "eq": INTEGER}}
    title = {"type": "object", "properties": {"contains": TEXT}}
    tools = [offer("get_books", "", record(filters=record(year=year, title=title)))]
    assert call_of('find books "dune" year=1965', tools)[1]["filters"] == {
        "title": {"contains": "dune"},
        "year": {"eq": 1965},
    }


def test_a_comparison_that_a_filter_does_not_take_is_never_made_an_equality():
    tools = [offer("get_books", "", record(filters=record(pages=INTEGER)))]
    answer = ask("show books pages>=3", tools)
    assert not answer.tool_calls
    assert "'pages>='" in answer.text


def test_what_does_not_fit_its_type_is_passed_on_for_the_tool_to_explain():
    assert call_of("show tasks limit=many")[1] == {"limit": "many"}
    assert call_of('add task "x" status=lost')[1] == {"data": {"title": "x", "status": "lost"}}
