"""The conversation in a terminal: read a line, run a turn, show it."""

import asyncio
import contextlib
import importlib
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from rich.text import Text

from cli.approvals import Question, ask_about, show_question
from cli.chat_view import TurnView, shorten, show_history
from cli.conversation import ChatLine, Conversation, open_conversation
from cli.errors import ClarityCommandError, DecisionNeeded
from cli.model import default_model
from cli.output import clean, error_console, note, show_error, show_pairs, show_table
from cli.project import Project
from cli.signin import SignedIn
from cli.state import Stack
from core.chats.approvals import Approval
from core.errors import ApprovalPending, ClarityError
from core.events import EndEvent, TurnEvent, TurnFailed, TurnFinished, TurnWaiting
from core.turn_results import TurnResult, collect_turn

CHATS_LISTED = 15
HISTORY_AT_START = 8
HISTORY_ON_REQUEST = 40
APPROVALS_LISTED = 20

COMMANDS = (
    ("/new", "begin a new chat"),
    ("/chats", "list your chats; /chats 2 opens the second"),
    ("/history", "show more of this chat"),
    ("/agents", "list the agents; /agents NAME changes to one"),
    ("/pending", "list what waits for your decision; /pending 2 decides about the second"),
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

    On a terminal it asks about what waits. Raises DecisionNeeded where nobody can be asked or will say (a
    quiet turn tells by its `pending_actions`), and ClarityError when the turn cannot begin or fails.
    """
    with _conversing(project, stack, person, agent_name) as (runner, conversation):
        conversation.chat_id = chat_id
        if quiet:
            return _as_json(runner.run(collect_turn(conversation.ask(message))))
        end = runner.run(_show(conversation.ask(message)))
        if isinstance(end, TurnWaiting) and sys.stdin.isatty():
            end = _settle(runner, conversation, end)
        elif isinstance(end, TurnWaiting):
            for action in end.actions:
                show_question(action)
    if isinstance(end, TurnFailed):
        # The person has read why.
        sys.exit(ClarityCommandError.exit_code)
    if isinstance(end, TurnWaiting):
        raise DecisionNeeded
    return None


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
    with _conversing(project, stack, person, agent_name) as (runner, conversation):
        conversation.chat_id = chat_id
        if chat_id is None and not begin_new:
            last = runner.run(conversation.chats(limit=1))
            conversation.chat_id = last[0].id if last else None
        _greet(conversation, person, default_model(project.environment))
        runner.run(_show_last(conversation, HISTORY_AT_START))
        _Loop(runner, conversation).run()


@contextlib.contextmanager
def _conversing(
    project: Project, stack: Stack, person: SignedIn, agent_name: str
) -> Generator[tuple[asyncio.Runner, Conversation]]:
    """A conversation, and what runs its turns: between two of them a terminal may wait for a person."""
    with asyncio.Runner() as runner, contextlib.ExitStack() as stack_of_contexts:
        context = open_conversation(project, stack, person, agent_name)
        conversation = runner.run(context.__aenter__())
        stack_of_contexts.callback(lambda: runner.run(context.__aexit__(None, None, None)))
        yield runner, conversation


class _Loop:
    """Reads lines until the end: a command begins with a slash, all else is a message."""

    def __init__(self, runner: asyncio.Runner, conversation: Conversation) -> None:
        self._runner = runner
        self._conversation = conversation
        self._listed: list[ChatLine] = []
        self._waiting: Sequence[Approval] = ()

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
            command, _, argument = line.partition(" ")
            if command == "/pending":
                self._pending(argument.strip())
            elif line.startswith("/"):
                self._runner.run(self._command(command, argument.strip()))
            else:
                end = self._runner.run(_show(self._conversation.ask(line)))
                _settle(self._runner, self._conversation, end)
        except KeyboardInterrupt:
            note("Stopped.")
        except ApprovalPending as error:
            show_error(error.message, "/pending shows what waits.")
        except ClarityError as error:
            show_error(error.message)

    def _pending(self, number: str) -> None:
        """Lists what waits; with a number of that list, asks about all that this one's turn waits for."""
        if not number:
            self._waiting = self._runner.run(self._conversation.pending(limit=APPROVALS_LISTED))
            rows = [
                (index, shorten(one.chat_title or "", 30), shorten(one.summary, 100))
                for index, one in enumerate(self._waiting, 1)
            ]
            show_table(("", "Chat", "What"), rows) if rows else note("Nothing waits for you.")
            return
        if not number.isdecimal() or not 1 <= int(number) <= len(self._waiting):
            show_error(f"There is nothing {number} in the list.", "/pending shows it.")
            return
        run_id = self._waiting[int(number) - 1].run_id
        # As they were asked: the list has the newest first.
        asked = [one for one in reversed(self._waiting) if one.run_id == run_id]
        end = _decided(self._runner, self._conversation, asked)
        _settle(self._runner, self._conversation, end)

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


async def _show(events: AsyncIterator[TurnEvent]) -> EndEvent | None:
    """Shows a turn; its end. None when it did not go on, because others have still to decide."""
    end: EndEvent | None = None
    with TurnView() as view:
        async for event in events:
            view.show(event)
            if isinstance(event, TurnFinished | TurnWaiting | TurnFailed):
                end = event
    return end


def _settle(runner: asyncio.Runner, conversation: Conversation, end: EndEvent | None) -> EndEvent | None:
    """Asks the person for as long as the turn waits for them; its end, or where they left it."""
    while isinstance(end, TurnWaiting):
        went_on = _decided(runner, conversation, end.actions)
        if went_on is None:
            return end
        end = went_on
    return end


def _decided(
    runner: asyncio.Runner, conversation: Conversation, questions: Sequence[Question]
) -> EndEvent | None:
    """The end of the turn that goes on with the person's decisions; None when it does not."""
    decisions = ask_about(questions)
    if decisions is None:
        note("It waits: /pending lists it.")
        return None
    return runner.run(_show(conversation.decide(decisions)))


def _as_json(result: TurnResult) -> dict[str, Any]:
    """As POST /api/chat answers, whose `session_id` is the chat's id."""
    whole = asdict(result)
    chat_id = whole.pop("chat_id")
    if not result.pending_actions:
        del whole["pending_actions"]
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
