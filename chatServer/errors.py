"""The chat server's own errors, and how each error is answered, in one table.

ClarityError
├── NotSignedIn              no bearer token, or one that is not good
├── KeysUnavailable          the project's signing keys cannot be fetched
├── ServerStopping           this server takes no new turns, another one will
├── DatabaseNotMigrated      the database lacks what the server calls
├── LoginRefused             the server's database login may do too much
├── FrameRefused             a WebSocket's frame is not one that the server knows
├── FrameIdInUse             a WebSocket's frame has the id of one that is not answered yet
├── TooManyStreams           a WebSocket has as many unanswered frames as it may
├── TooManySockets           a user has as many WebSockets as they may
├── TooManyNewSockets        as many WebSockets as may have yet to say whose they are
└── core.errors ...
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from core.errors import (
    ActionDecided,
    ActionNotFound,
    AgentMisconfigured,
    AgentNotFound,
    ApprovalExpired,
    ApprovalPending,
    ArgumentsRefused,
    ChatBusy,
    ChatIdTaken,
    ChatNotFound,
    ClarityError,
    ConsentNotFound,
    CredentialNotFound,
    CredentialsUnavailable,
    CustomizationNotFound,
    DatabaseUnavailable,
    MessageAlreadySent,
    MessageNotFound,
    MessageNotYours,
    ModelError,
    ModelFailed,
    ModelTimeout,
    NotPermitted,
    PersonNotFound,
    RateLimited,
    RunIdTaken,
    RunNotFound,
    SignInAgain,
    ToolError,
    ToolFailed,
    ToolInputError,
    ToolNotFound,
    TooManyCustomizations,
    TurnCancelled,
    TurnInterrupted,
    TurnTimeout,
    UnreadableCall,
    UserNotFound,
)

# A chat is busy for the length of a turn, a database away for a restart: a client that asks again after this
# does no harm and is soon served.
RETRY_AFTER_SECONDS = 2


class NotSignedIn(ClarityError):
    """Sign in, and send the access token as 'Authorization: Bearer <token>'."""

    code = "not_signed_in"


class TokenRefused(NotSignedIn):
    """The access token is not valid."""

    code = "invalid_token"


class KeysUnavailable(ClarityError):
    """Access tokens cannot be checked right now. Try again in a moment."""

    code = "keys_unavailable"


class ServerStopping(ClarityError):
    """This server is about to stop and takes no new turns. Try again: another one will answer."""

    code = "server_stopping"


class DatabaseNotMigrated(ClarityError):
    """The database lacks Clarity's migrations: run 'clarity migrate'."""

    code = "database_not_migrated"


class LoginRefused(ClarityError):
    """The server's database login may do more than the server should."""

    code = "login_refused"


class FrameRefused(ClarityError):
    """A frame is a JSON object in a text message."""

    code = "invalid_frame"


class FrameIdInUse(ClarityError):
    """Another frame with this id is not answered yet. Give each one an id of its own."""

    code = "frame_id_in_use"


class TooManyStreams(ClarityError):
    """This socket carries as many streams as it may. Wait until one has ended, or detach from one."""

    code = "too_many_streams"


class TooManySockets(ClarityError):
    """You have as many sockets open at this server as you may. One carries many chats: close the others."""

    code = "too_many_sockets"


class TooManyNewSockets(ClarityError):
    """More clients are connecting to this server at once than it takes. Connect again in a moment."""

    code = "too_many_new_sockets"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """How an error is told: its status, its title (the same each time) and whether to ask again soon."""

    status: HTTPStatus
    title: str
    retry: bool = False


ANSWERS: Mapping[type[ClarityError], Answer] = {
    ClarityError: Answer(status=HTTPStatus.INTERNAL_SERVER_ERROR, title="Unexpected error"),
    NotSignedIn: Answer(status=HTTPStatus.UNAUTHORIZED, title="Not signed in"),
    TokenRefused: Answer(status=HTTPStatus.UNAUTHORIZED, title="Access token refused"),
    UserNotFound: Answer(status=HTTPStatus.UNAUTHORIZED, title="No such user"),
    AgentNotFound: Answer(status=HTTPStatus.NOT_FOUND, title="No such agent"),
    ToolNotFound: Answer(status=HTTPStatus.NOT_FOUND, title="No such tool"),
    PersonNotFound: Answer(status=HTTPStatus.NOT_FOUND, title="No such person"),
    NotPermitted: Answer(status=HTTPStatus.FORBIDDEN, title="Not permitted"),
    SignInAgain: Answer(status=HTTPStatus.FORBIDDEN, title="Sign in again"),
    ChatNotFound: Answer(status=HTTPStatus.NOT_FOUND, title="No such chat"),
    ChatIdTaken: Answer(status=HTTPStatus.CONFLICT, title="Chat id taken"),
    MessageNotFound: Answer(status=HTTPStatus.NOT_FOUND, title="No such message"),
    MessageNotYours: Answer(status=HTTPStatus.CONFLICT, title="Not your message"),
    ChatBusy: Answer(status=HTTPStatus.CONFLICT, title="Chat is busy", retry=True),
    ApprovalPending: Answer(status=HTTPStatus.CONFLICT, title="Approval pending"),
    MessageAlreadySent: Answer(status=HTTPStatus.CONFLICT, title="Message already sent"),
    RunIdTaken: Answer(status=HTTPStatus.CONFLICT, title="Run id taken"),
    RateLimited: Answer(status=HTTPStatus.TOO_MANY_REQUESTS, title="Limit reached"),
    RunNotFound: Answer(status=HTTPStatus.NOT_FOUND, title="No such run"),
    ActionNotFound: Answer(status=HTTPStatus.NOT_FOUND, title="No such action"),
    ActionDecided: Answer(status=HTTPStatus.CONFLICT, title="Decided before"),
    ApprovalExpired: Answer(status=HTTPStatus.GONE, title="Approval expired"),
    ArgumentsRefused: Answer(status=HTTPStatus.UNPROCESSABLE_ENTITY, title="Arguments refused"),
    ConsentNotFound: Answer(status=HTTPStatus.NOT_FOUND, title="No such consent"),
    # Its message is stored: sent again with the same id it is answered, with what was done before in sight.
    TurnInterrupted: Answer(status=HTTPStatus.SERVICE_UNAVAILABLE, title="Turn interrupted", retry=True),
    # Somebody asked for it, so a client must not take it for a failure and send again by itself.
    TurnCancelled: Answer(status=HTTPStatus.CONFLICT, title="Turn stopped"),
    # The request was good; whoever runs the agent has to mend its row.
    AgentMisconfigured: Answer(status=HTTPStatus.INTERNAL_SERVER_ERROR, title="Agent misconfigured"),
    ModelError: Answer(status=HTTPStatus.BAD_GATEWAY, title="Model failed"),
    ModelFailed: Answer(status=HTTPStatus.BAD_GATEWAY, title="Model failed"),
    UnreadableCall: Answer(status=HTTPStatus.BAD_GATEWAY, title="Model failed"),
    ModelTimeout: Answer(status=HTTPStatus.GATEWAY_TIMEOUT, title="Model timed out"),
    TurnTimeout: Answer(status=HTTPStatus.GATEWAY_TIMEOUT, title="Turn timed out"),
    CustomizationNotFound: Answer(status=HTTPStatus.NOT_FOUND, title="No such instruction"),
    TooManyCustomizations: Answer(status=HTTPStatus.CONFLICT, title="Too many instructions"),
    CredentialNotFound: Answer(status=HTTPStatus.NOT_FOUND, title="No such credential"),
    # Asking again will not help: the operator has to set a key first.
    CredentialsUnavailable: Answer(
        status=HTTPStatus.SERVICE_UNAVAILABLE, title="Credentials are not kept here"
    ),
    DatabaseUnavailable: Answer(
        status=HTTPStatus.SERVICE_UNAVAILABLE, title="Database unavailable", retry=True
    ),
    KeysUnavailable: Answer(
        status=HTTPStatus.SERVICE_UNAVAILABLE, title="Sign-in service unavailable", retry=True
    ),
    ServerStopping: Answer(status=HTTPStatus.SERVICE_UNAVAILABLE, title="Server stopping", retry=True),
    DatabaseNotMigrated: Answer(status=HTTPStatus.SERVICE_UNAVAILABLE, title="Database not migrated"),
    LoginRefused: Answer(status=HTTPStatus.SERVICE_UNAVAILABLE, title="Database login refused"),
    FrameRefused: Answer(status=HTTPStatus.BAD_REQUEST, title="Frame refused"),
    FrameIdInUse: Answer(status=HTTPStatus.CONFLICT, title="Frame id in use"),
    TooManyStreams: Answer(status=HTTPStatus.TOO_MANY_REQUESTS, title="Too many streams", retry=True),
    TooManySockets: Answer(status=HTTPStatus.TOO_MANY_REQUESTS, title="Too many sockets"),
    TooManyNewSockets: Answer(status=HTTPStatus.TOO_MANY_REQUESTS, title="Too many new sockets", retry=True),
    # Told to the model; one that reaches a client is a bug in the core.
    ToolError: Answer(status=HTTPStatus.INTERNAL_SERVER_ERROR, title="Tool failed"),
    ToolInputError: Answer(status=HTTPStatus.INTERNAL_SERVER_ERROR, title="Tool failed"),
    ToolFailed: Answer(status=HTTPStatus.INTERNAL_SERVER_ERROR, title="Tool failed"),
}


def answer_to(error: ClarityError) -> Answer:
    return next(ANSWERS[kind] for kind in type(error).__mro__ if kind in ANSWERS)


def retry_after_of(exc: ClarityError) -> int | None:
    """After how many seconds it is worth asking again; None where that would change nothing."""
    if isinstance(exc, RateLimited):
        return exc.retry_after_seconds
    return RETRY_AFTER_SECONDS if answer_to(exc).retry else None
