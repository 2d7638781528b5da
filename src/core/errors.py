"""Every error that Clarity raises on purpose: one class for each thing a caller can do differently.

    ClarityError
    ├── UserNotFound             the token is good, but its user is gone
    ├── AgentNotFound            no agent of that name for this user
    ├── ChatNotFound             no such chat, or not this user's
    ├── ChatIdTaken              the new chat's id is another chat's
    ├── MessageNotFound          no such message in the chat
    ├── MessageNotYours          the message is not one that the user wrote
    ├── ChatBusy                 another turn of the chat is running
    ├── ApprovalPending          the chat's last turn waits for a person's decision
    ├── MessageAlreadySent       the message's id is already in the chat
    ├── RunIdTaken               the run's id is another message's
    ├── RateLimited              the user has reached one of the server's limits
    ├── RunNotFound              no such run, or not this user's
    ├── ActionNotFound           nothing of that id waits for this user's decision
    ├── ActionDecided            it was decided before
    ├── ApprovalExpired          nobody decided in time
    ├── ArgumentsRefused         the arguments that a person would allow do not fit the tool
    ├── ConsentNotFound          the user does not always allow that tool
    ├── ToolNotFound             the agent has no such tool, or none that works
    ├── PersonNotFound           nobody to act as has that id or email
    ├── NotPermitted             only somebody with more rights may ask for this
    ├── SignInAgain              only somebody who has just signed in may ask for this
    ├── AgentMisconfigured       the agent's row cannot be run as it stands
    ├── ModelError
    │   ├── ModelFailed          the provider refused, broke off or answered nonsense
    │   │   └── UnreadableCall   the model called a tool with arguments that are no JSON
    │   └── ModelTimeout         the provider did not answer in time
    ├── TurnTimeout              the whole turn took too long
    ├── TurnCancelled            somebody stopped the turn
    ├── TurnInterrupted          its server stopped in the middle, or lost it to another
    ├── CustomizationNotFound    no such instruction, or not this user's
    ├── TooManyCustomizations    the agent has as many instructions of this user as it may have
    ├── CredentialNotFound       the user has set no credential of that name
    ├── CredentialsUnavailable   the server has no key to keep users' credentials with
    ├── DatabaseUnavailable      Postgres is away or the pool is exhausted
    └── ToolError                told to the model, never to the HTTP client
        ├── ToolInputError       the model may try again with other arguments
        └── ToolFailed           the model must give up on this call

`code` is stable and goes to clients; the message is one or two sentences for a person. Details that only
an operator may see belong in the log (`raise ... from exc`), never in the message.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import ClassVar
from uuid import UUID

LIMIT_SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        "concurrent_runs": "You have {most} turns running already. Wait until one has ended.",
        "forks_per_minute": "You have branched chats {most} times within a minute. Wait a moment.",
        "requests_per_minute": "You have sent {most} messages within a minute. Wait a moment.",
        "tokens_per_day": "You have used up the {most} tokens that this server gives you a day (UTC).",
    }
)


class ClarityError(Exception):
    """Something went wrong in Clarity."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.__doc__)

    @property
    def message(self) -> str:
        return str(self)


class UserNotFound(ClarityError):
    """The user of this token does not exist any more, or may not act now. Sign in again."""

    code = "user_not_found"


class AgentNotFound(ClarityError):
    """There is no agent of that name."""

    code = "agent_not_found"

    def __init__(self, agent_name: str) -> None:
        super().__init__(f"There is no active agent named '{agent_name}' for you.")
        self.agent_name = agent_name


class ChatNotFound(ClarityError):
    """There is no such chat."""

    code = "chat_not_found"

    def __init__(self, chat_id: UUID) -> None:
        super().__init__("There is no such chat, or it is not yours. Begin a new one.")
        self.chat_id = chat_id


class ChatIdTaken(ClarityError):
    """There is a chat with this id already. Give each new chat an id of its own."""

    code = "chat_id_taken"


class MessageNotFound(ClarityError):
    """There is no such message in this chat."""

    code = "message_not_found"


class MessageNotYours(ClarityError):
    """A chat is branched before a message that you wrote, and an agent or a tool wrote this one."""

    code = "message_not_yours"


class ChatBusy(ClarityError):
    """The chat is still answering another message. Wait for it to end, then send again."""

    code = "chat_busy"

    def __init__(self, run_id: UUID) -> None:
        super().__init__()
        self.run_id = run_id


class ApprovalPending(ClarityError):
    """The chat waits for your decision about what it was going to do. Allow or refuse it, or stop it."""

    code = "approval_pending"

    def __init__(self, run_id: UUID) -> None:
        super().__init__()
        self.run_id = run_id


class MessageAlreadySent(ClarityError):
    """This message was already sent to the chat; its answer belongs to the run named here."""

    code = "message_already_sent"

    def __init__(self, run_id: UUID) -> None:
        super().__init__()
        self.run_id = run_id


class RunIdTaken(ClarityError):
    """There is a run with this id already, for another message. Give each run an id of its own."""

    code = "run_id_taken"


class RateLimited(ClarityError):
    """You have reached a limit of this server."""

    code = "rate_limited"

    def __init__(self, *, limit: str, most: int, retry_after_seconds: int) -> None:
        super().__init__(LIMIT_SENTENCES[limit].format(most=most))
        self.limit = limit
        self.retry_after_seconds = retry_after_seconds


class RunNotFound(ClarityError):
    """There is no such run, or it is not yours."""

    code = "run_not_found"


class ActionNotFound(ClarityError):
    """Nothing with that id waits for your decision."""

    code = "action_not_found"


class ActionDecided(ClarityError):
    """That was decided before."""

    code = "action_already_decided"

    def __init__(self, *, status: str, run_id: UUID) -> None:
        super().__init__(f"That was decided before: it is {status}.")
        self.status = status
        self.run_id = run_id


class ApprovalExpired(ClarityError):
    """It is too late to decide: nobody did in time, so nothing was carried out. Ask for it again."""

    code = "approval_expired"

    # None when it is told of a run that is read from its row.
    run_id: UUID | None = None

    def __init__(self, run_id: UUID) -> None:
        super().__init__()
        self.run_id = run_id


class ArgumentsRefused(ClarityError):
    """The arguments do not fit the tool.

    `position` is that of the decision in its request, `parts` say where in the arguments, and what is wrong.
    """

    code = "arguments_refused"

    def __init__(
        self,
        message: str,
        *,
        action_id: UUID,
        position: int,
        parts: Sequence[tuple[Sequence[str | int], str]],
    ) -> None:
        super().__init__(message)
        self.action_id = action_id
        self.position = position
        self.parts = tuple(parts)


class ConsentNotFound(ClarityError):
    """You have not said that this tool is always allowed."""

    code = "consent_not_found"


class ToolNotFound(ClarityError):
    """There is no tool of that name."""

    code = "tool_not_found"

    def __init__(self, agent_name: str, tool_name: str, *, reason: str | None = None) -> None:
        super().__init__(reason or f"'{agent_name}' has no active tool named '{tool_name}'.")


class PersonNotFound(ClarityError):
    """There is no user with that id or email."""

    code = "person_not_found"


class NotPermitted(ClarityError):
    """Only the agent's owner, or an admin when it is shared, may do this."""

    code = "not_permitted"


class SignInAgain(ClarityError):
    """To be sure that it is you: sign in again, then repeat this within ten minutes."""

    code = "sign_in_again"


class AgentMisconfigured(ClarityError):
    """The agent cannot run as it is configured."""

    code = "agent_misconfigured"


class ModelError(ClarityError):
    """The language model could not answer."""

    code = "model_error"


class ModelFailed(ModelError):
    """The language model's provider refused the request or broke off. Try again in a moment."""

    code = "model_failed"


class UnreadableCall(ModelFailed):
    """The language model called a tool with arguments that are not valid JSON."""

    code = "unreadable_call"


class ModelTimeout(ModelError):
    """The language model did not answer in time. Try again in a moment."""

    code = "model_timeout"


class TurnTimeout(ClarityError):
    """The turn took longer than the server allows and was stopped."""

    code = "turn_timeout"


class TurnCancelled(ClarityError):
    """The turn was stopped before it was complete."""

    code = "turn_cancelled"


class TurnInterrupted(ClarityError):
    """The server stopped in the middle of this turn. Send the message again with the same id to go on."""

    code = "turn_interrupted"


class CustomizationNotFound(ClarityError):
    """There is no such instruction, or it is not yours."""

    code = "customization_not_found"


class TooManyCustomizations(ClarityError):
    """You have given this agent as many instructions as it may have. Delete one that is not needed."""

    code = "too_many_customizations"


class CredentialNotFound(ClarityError):
    """You have set no credential of that name."""

    code = "credential_not_found"

    def __init__(self, name: str) -> None:
        super().__init__(f"You have set no credential named '{name}'.")
        self.name = name


class CredentialsUnavailable(ClarityError):
    """This server cannot keep credentials of users: its operator must set CLARITY_CREDENTIALS_KEY."""

    code = "credentials_unavailable"


class DatabaseUnavailable(ClarityError):
    """The database is not reachable right now. Try again in a moment."""

    code = "database_unavailable"


class ToolError(ClarityError):
    """The tool could not do it."""

    code = "tool_error"


class ToolInputError(ToolError):
    """The arguments do not fit; other arguments may."""

    code = "tool_input_error"


class ToolFailed(ToolError):
    """The tool failed for a reason that other arguments will not cure."""

    code = "tool_failed"


def stored_error(code: str, message: str) -> ClarityError:
    """The error of a run, from its row: of the class that has the code, with the sentence that was told."""
    kinds: list[type[ClarityError]] = [ClarityError]
    for kind in kinds:
        kinds += kind.__subclasses__()
    kind = next((kind for kind in kinds if kind.code == code), ClarityError)
    error = kind.__new__(kind)
    Exception.__init__(error, message)
    return error
