"""The conversation in a terminal: read a line, run a turn, show it."""

import asyncio
import contextlib
import importlib
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any
from uuid import UUID

from rich.text import Text

from cli.chat_view import TurnView, show_history
from cli.conversation import ChatLine, Conversation, open_conversation
from cli.errors import ClarityCommandError
from cli.model import default_model
from cli.output import clean, error_console, note, show_error, show_pairs, show_table
from cli.project import Project
from cli.signin import SignedIn
from cli.state import Stack
from core.errors import ClarityError
from core.events import TurnFailed
from core.turn import TurnResult, collect_turn

CHATS_LISTED = 15
HISTORY_AT_START = 8
HISTORY_ON_REQUEST = 40

COMMANDS = (
    ("/new", "begin a new chat"),
    ("/chats", "list your chats; /chats 2 opens the second"),
    ("/history", "show more of this chat"),
    ("/agents", "list the agents; /agents NAME changes to one"),
    ("/help", "show this"),
    ("/quit", "end (or Ctrl-D); Ctrl-C stops an answer"),
)


def ask_once(
    project: Project,
    stack: Stack,
    person: SignedIn,
    *,
    agent_name: str,
    chat_id: UUID | None,
    message: str,
    quiet: bool,
) -> dict[str, Any] | None:
    """One turn. Quiet, it gives the whole turn for JSON; else it shows the turn and gives nothing.

    Raises ClarityError when the turn cannot begin or fails.
    """

    async def run() -> dict[str, Any] | None:
        async with open_conversation(project, stack, person, agent_name) as conversation:
            conversation.chat_id = chat_id
            if quiet:
                return _as_json(await collect_turn(conversation.ask(message)))
            if not await _show_turn(conversation, message):
                raise _AlreadyShown
            return None

    try:
        return asyncio.run(run())
    except _AlreadyShown:
        sys.exit(ClarityCommandError.exit_code)


def talk(
    project: Project,
    stack: Stack,
    person: SignedIn,
    *,
    agent_name: str,
    chat_id: UUID | None,
    begin_new: bool,
) -> None:
    """Until the person ends it: with the chat given, or the last one, or a new one."""
    with asyncio.Runner() as runner, contextlib.ExitStack() as stack_of_contexts:
        context = open_conversation(project, stack, person, agent_name)
        conversation = runner.run(context.__aenter__())
        stack_of_contexts.callback(lambda: runner.run(context.__aexit__(None, None, None)))
        conversation.chat_id = chat_id
        if chat_id is None and not begin_new:
            last = runner.run(conversation.chats(limit=1))
            conversation.chat_id = last[0].id if last else None
        _greet(conversation, person, default_model(project.environment))
        runner.run(_show_last(conversation, HISTORY_AT_START))
        _Loop(runner, conversation).run()


class _AlreadyShown(Exception):
    """The turn failed, and the person has read why."""


class _Loop:
    """Reads lines until the end: a command begins with a slash, all else is a message."""

    def __init__(self, runner: asyncio.Runner, conversation: Conversation) -> None:
        self._runner = runner
        self._conversation = conversation
        self._listed: list[ChatLine] = []

    def run(self) -> None:
        with contextlib.suppress(ImportError):
            # Gives input() line editing and a history with the arrow keys.
            importlib.import_module("readline")
        while (line := _read_line()) is not None:
            if line in ("/quit", "/exit"):
                return
            if line:
                self._handle(line)

    def _handle(self, line: str) -> None:
        try:
            if line.startswith("/"):
                command, _, argument = line.partition(" ")
                self._runner.run(self._command(command, argument.strip()))
            else:
                self._runner.run(_show_turn(self._conversation, line))
        except KeyboardInterrupt:
            note("Stopped.")
        except ClarityError as error:
            show_error(error.message)

    async def _command(self, command: str, argument: str) -> None:
        actions: dict[str, Callable[[str], Awaitable[None]]] = {
            "/new": self._new,
            "/chats": self._chats,
            "/history": self._history,
            "/agents": self._agents,
            "/help": self._help,
        }
        if command not in actions:
            show_error(f"There is no command {command}.", "/help lists them.")
            return
        await actions[command](argument)

    async def _new(self, _: str) -> None:
        self._conversation.chat_id = None
        note("A new chat.")

    async def _chats(self, number: str) -> None:
        chats = await self._conversation.chats(limit=CHATS_LISTED)
        if not number:
            self._listed = chats
            rows = [(index, chat.title, _when(chat)) for index, chat in enumerate(chats, 1)]
            show_table(("", "Chat", "Last message"), rows) if rows else note("There are no chats yet.")
            return
        # The numbers are those of the list that was shown, which a turn in between would have re-ordered.
        chosen = self._listed or chats
        if not number.isdecimal() or not 1 <= int(number) <= len(chosen):
            show_error(f"There is no chat {number} in the list.", "/chats shows it.")
            return
        self._conversation.chat_id = chosen[int(number) - 1].id
        await _show_last(self._conversation, HISTORY_AT_START)

    async def _history(self, _: str) -> None:
        await _show_last(self._conversation, HISTORY_ON_REQUEST)

    async def _agents(self, name: str) -> None:
        agents = await self._conversation.agents()
        if not name:
            show_table(("Agent", "What it does"), [(row["agent_name"], row["description"]) for row in agents])
        elif name in (row["agent_name"] for row in agents):
            self._conversation.agent_name = name
            await self._new("")
        else:
            show_error(f"There is no agent named {name}.", "/agents lists them.")

    async def _help(self, _: str) -> None:
        show_pairs(COMMANDS)


def _read_line() -> str | None:
    """The next line, trimmed; empty after Ctrl-C, None at the end of input."""
    try:
        return input("\nyou › ").strip()
    except EOFError:
        sys.stdout.write("\n")
        return None
    except KeyboardInterrupt:
        sys.stdout.write("\n")
        return ""


async def _show_turn(conversation: Conversation, message: str) -> bool:
    """Run a turn and show it; whether it succeeded."""
    succeeded = True
    with TurnView() as view:
        async for event in conversation.ask(message):
            view.show(event)
            succeeded = succeeded and not isinstance(event, TurnFailed)
    return succeeded


def _as_json(result: TurnResult) -> dict[str, Any]:
    """As POST /api/chat answers, whose `session_id` is the chat's id."""
    whole = asdict(result)
    chat_id = whole.pop("chat_id")
    whole["usage"]["total_tokens"] = result.usage.total_tokens
    return {"session_id": chat_id, **whole}


async def _show_last(conversation: Conversation, limit: int) -> None:
    if conversation.chat_id is not None:
        show_history(await conversation.history(limit=limit))


def _greet(conversation: Conversation, person: SignedIn, model: str) -> None:
    text = Text()
    text.append(clean(conversation.agent_name), "bold")
    text.append(f"  as {clean(person.email)}  ·  {clean(model)}  ·  /help", "dim")
    error_console().print(text)


def _when(chat: ChatLine) -> str:
    return chat.last_message_at.astimezone().strftime("%d %b %H:%M") if chat.last_message_at else ""
