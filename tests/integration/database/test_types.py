"""The generated types: the committed files are those of the migrations, and every shape is known."""

from pathlib import Path

import psycopg
import pytest

from cli.typegen import generate_python, generate_typescript
from fixtures.cluster import ROOT
from fixtures.databases import Database

COMMITTED = {
    "webApp/src/lib/database.gen.ts": generate_typescript,
    "src/core/generated/tables.py": generate_python,
}


@pytest.mark.parametrize("path", COMMITTED)
def test_the_committed_types_are_those_of_the_migrations(path: str, database: Database) -> None:
    assert (ROOT / path).read_text(encoding="utf-8") == COMMITTED[path](database.owner_url), (
        "run `clarity types`"
    )


@pytest.fixture
def shapes(owner: psycopg.Connection, database: Database) -> str:
    owner.execute(
        """
        create type mood as enum ('sad', 'happy');
        create domain share as numeric check (value between 0 and 1);
        create table "odd shapes" (
          id bigint generated always as identity primary key,
          "first word" varchar(9) not null check ("first word" in ('it''s', 'ok')),
          "class" text,
          moods mood[] not null,
          part share,
          doubled numeric generated always as (part * 2) stored,
          task_id uuid unique references tasks (id)
        );
        create view moods as select moods from "odd shapes";
        create function public.mood_of(word text, fallback mood default 'sad') returns mood return fallback;
        create function public.all_notes() returns setof notes begin atomic select * from notes; end;
        create function public.words_of(line text) returns table (word text, "at place" integer, moods mood[])
          return row ('sad', 1, null);
        """
    )
    return database.owner_url


@pytest.mark.parametrize(
    "part",
    [
        '"odd shapes": {',
        '          "first word": "it\'s" | "ok";',
        "          class: string | null;\n",
        '          moods: Database["public"]["Enums"]["mood"][];',
        "          part: number | null;",
        "          doubled?: never;",
        "          id?: never;",
        "          class?: string | null;",
        '            foreignKeyName: "odd shapes_task_id_fkey";\n            columns: ["task_id"];\n'
        '            isOneToOne: true;\n            referencedRelation: "tasks";\n'
        '            referencedColumns: ["id"];',
        "    Views: {\n      moods: {",
        '      mood: "sad" | "happy";',
        "          fallback?: Database",
        '        Returns: Database["public"]["Enums"]["mood"];',
        '        Returns: (Database["public"]["Tables"]["notes"]["Row"])[];',
        "        Args: {\n          line: string;\n        };\n        Returns: {\n"
        '          word: string;\n          "at place": number;\n'
        '          moods: Database["public"]["Enums"]["mood"][];\n        }[];',
        "    CompositeTypes: { [_ in never]: never };",
    ],
)
def test_typescript_has_every_shape(part: str, shapes: str) -> None:
    assert part in generate_typescript(shapes)


def test_python_has_every_shape(shapes: str) -> None:
    text = generate_python(shapes)
    compile(text, "tables.py", "exec")
    assert 'OddShapesRow = TypedDict("OddShapesRow", {"class": str | None, ' in text
    assert '"first word": Literal["it\'s", "ok"]' in text
    assert '"part": Decimal | None' in text
    assert (
        'class MoodsRow(TypedDict):\n    """A row of the view moods."""\n\n    moods: list[str] | None'
        in text
    )


def test_the_types_end_where_the_schema_does(shapes: str) -> None:
    for private in ("become_user", "schema_migrations", "raw_user_meta_data"):
        assert private not in generate_typescript(shapes)
        assert private not in generate_python(shapes)


def test_python_types_are_pythons_own(tmp_path: Path, database: Database) -> None:
    text = generate_python(database.owner_url)
    namespace: dict[str, object] = {}
    exec(compile(text, "tables.py", "exec"), namespace)
    assert {"TasksRow", "ChatsRow", "AgentToolsRow"} <= set(namespace)
