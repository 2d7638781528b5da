"""A WebSocket that carries many chats: who speaks, which streams it carries, and when it is closed.

Each frame that asks for something is a task of its own. A run is read from its log, which is there anyway,
and whoever sends waits for their turn at the socket: no frame is queued, so a client that does not read costs
nothing but its place, and loses that after a while. Turns are in the order of asking, so that a busy run
leaves the others theirs.
"""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import ExitStack, aclosing, suppress
from typing import Any

from fastapi import WebSocket, WebSocketDisconnect
from fastapi.exceptions import RequestValidationError
from starlette.websockets import WebSocketDisconnected

from chatServer import socket_frames as frames
from chatServer.deps import Server, get_services, get_services_for_a_turn
from chatServer.errors import (
    FrameIdInUse,
    FrameRefused,
    NotSignedIn,
    TokenRefused,
    TooManySockets,
    TooManyStreams,
    retry_after_of,
)
from chatServer.problems import content_of, unexpected_content
from chatServer.run_streams import RunStream, begin_run, come_back
from chatServer.socket_frames import (
    Attach,
    Authenticate,
    Cancel,
    ClientFrame,
    Detach,
    FrameInvalid,
    Ping,
    Run,
)
from chatServer.socket_limits import CloseCode, FrameRate, SocketEnd, SocketIdentity
from core.chats.tickets import redeem_socket_ticket
from core.errors import ClarityError, NotPermitted, UserNotFound
from core.turn import stop_run
from core.types import User

logger = logging.getLogger(__name__)

# A close frame is the last; a server that would have it wait for a client that does not read gives up.
CLOSE_SECONDS = 1


class SocketSession:
    """One socket that has been accepted, to its end."""

    def __init__(self, server: Server, websocket: WebSocket) -> None:
        self._server = server
        self._websocket = websocket
        self._identity: SocketIdentity
        self._limits = limits = server.sockets.limits
        self._rate = FrameRate(at_once=limits.frames_at_once, per_second=limits.frames_per_second)
        self._sending = asyncio.Lock()
        self._streams: dict[str, asyncio.Task[None]] = {}
        self._mistakes = 0

    async def serve(self, ticket: str | None) -> None:
        """Speaks with the client until one of the two ends it. `ticket` stands for the first frame."""
        end = SocketEnd(CloseCode.SERVER_ERROR, "unexpected error")
        try:
            with ExitStack() as places:
                async with asyncio.TaskGroup() as tasks:
                    await self._enter(ticket, places)
                    tasks.create_task(self._end_with_the_turns())
                    await self._read(tasks)
        except* SocketEnd as group:
            end = next(_leaves(group))
        except* Exception:
            # The outermost loop of a socket.
            logger.exception("Unexpected error", extra={"request_id": self._websocket.state.request_id})
        await self._close(end)

    # ---- Who speaks ----------------------------------------------------------------------------------------

    async def _enter(self, ticket: str | None, places: ExitStack) -> None:
        try:
            with self._server.sockets.new():
                async with asyncio.timeout(self._limits.authenticate_seconds):
                    user = await self._first_user(ticket)
            places.enter_context(self._server.sockets.held(user.id))
        except TimeoutError as exc:
            raise SocketEnd(CloseCode.NOT_AUTHENTICATED, "not authenticated in time") from exc
        except (ClarityError, RequestValidationError) as exc:
            problem = self._problem(exc)
            await self._send(frames.error(None, problem))
            raise SocketEnd(_code_of_refusal(exc), problem["code"]) from exc
        self._websocket.state.user_id = user.id
        await self._know(user)

    async def _first_user(self, ticket: str | None) -> User:
        if ticket is not None:
            if user := await redeem_socket_ticket(self._server.services.pool, ticket):
                return user
            raise TokenRefused("The ticket is not good: it has been used, or has expired. Ask for another.")
        frame = await self._receive()
        if not isinstance(frame, Authenticate):
            raise NotSignedIn('Say who you are first: {"type": "authenticate", "token": "..."}.')
        return await self._server.verifier.verify(frame.token)

    async def _authenticate_again(self, token: str) -> None:
        try:
            user = await self._server.verifier.verify(token)
            if user.id != self._identity.user.id:
                raise NotPermitted("This socket is another user's. Open one of your own.")
        except ClarityError as exc:
            await self._send(frames.error(None, self._problem(exc)))
        else:
            await self._know(user)

    async def _know(self, user: User) -> None:
        self._identity = SocketIdentity.of(user)
        await self._send(frames.authenticated(user, self._identity.expires_at))

    def _user(self) -> User:
        """Who may begin something. Raises TokenRefused when their token has expired."""
        self._identity.check(self._server.sockets.now())
        return self._identity.user

    # ---- Frames that come ----------------------------------------------------------------------------------

    async def _read(self, tasks: asyncio.TaskGroup) -> None:
        while True:
            try:
                frame = await self._receive()
            except (FrameRefused, FrameInvalid) as exc:
                await self._refuse(exc)
            else:
                self._mistakes = 0
                await self._take(frame, tasks)

    async def _receive(self) -> ClientFrame:
        """The next frame. Raises FrameRefused or FrameInvalid for what is none."""
        message = await self._websocket.receive()
        if message["type"] == "websocket.disconnect":
            raise SocketEnd(None)
        if not self._rate.take():
            raise SocketEnd(CloseCode.TOO_MANY, "too many frames")
        text = message.get("text")
        if text is None:
            raise FrameRefused("Frames are text messages, not binary ones.")
        if len(text.encode()) > self._limits.max_frame_bytes:
            raise SocketEnd(CloseCode.FRAME_TOO_LARGE, "frame too large")
        return frames.read_frame(text)

    async def _refuse(self, exc: FrameRefused | FrameInvalid) -> None:
        self._mistakes += 1
        frame_id = exc.frame_id if isinstance(exc, FrameInvalid) else None
        await self._send(frames.error(frame_id, self._problem(exc)))
        if self._mistakes >= self._limits.max_mistakes:
            raise SocketEnd(CloseCode.BAD_FRAMES, "too many bad frames")

    async def _take(self, frame: ClientFrame, tasks: asyncio.TaskGroup) -> None:
        match frame:
            case Ping():
                await self._send(frames.pong())
            case Authenticate():
                await self._authenticate_again(frame.token)
            case Detach():
                await self._detach(frame.id)
            case _ if frame.id in self._streams:
                # Told without the id, under which the other frame's answer goes on.
                await self._send(frames.error(None, self._problem(FrameIdInUse())))
            case _ if len(self._streams) >= self._limits.max_streams:
                await self._send(frames.error(frame.id, self._problem(TooManyStreams())))
            case _:
                self._streams[frame.id] = tasks.create_task(self._answer(frame))

    async def _detach(self, frame_id: str) -> None:
        """Without an answer when the stream has ended meanwhile: the client was told that."""
        if stream := self._streams.pop(frame_id, None):
            stream.cancel()
            await self._send(frames.end(frame_id))

    # ---- What is answered ----------------------------------------------------------------------------------

    async def _answer(self, frame: Run | Attach | Cancel) -> None:
        """Any number of events, and then one last frame, with which the id is free again."""
        try:
            last = await self._carry_out(frame)
        except SocketEnd:
            raise
        except (ClarityError, RequestValidationError) as exc:
            last = frames.error(frame.id, self._problem(exc))
        except Exception:
            # The outermost loop of a frame: the socket's other chats go on.
            logger.exception("Unexpected error", extra={"request_id": self._websocket.state.request_id})
            last = frames.error(frame.id, unexpected_content(self._websocket))
        del self._streams[frame.id]
        await self._send(last)

    async def _carry_out(self, frame: Run | Attach | Cancel) -> str:
        match frame:
            case Run():
                user = self._user()
                services = await get_services_for_a_turn(self._server)
                max_characters = self._server.settings.max_message_characters
                with frames.within_the_frame():
                    stream = await begin_run(
                        services, user, frame.agent_name, frame.input, max_characters=max_characters
                    )
                return await self._tell(frame.id, stream)
            case Attach():
                user = self._user()
                services = await get_services(self._server)
                stream = await come_back(services, user, frame.run_id, after=frame.after)
                return await self._tell(frame.id, stream)
            case Cancel():
                # With an expired token too: it begins nothing, and whoever wants to stop a run should.
                services = await get_services(self._server)
                status = await stop_run(services, self._identity.user, frame.run_id)
                return frames.cancelled(frame.id, frame.run_id, status)

    async def _tell(self, frame_id: str, stream: RunStream) -> str:
        async with aclosing(stream.batches) as batches:
            async for batch in batches:
                for number, event in stream.told(batch):
                    await self._send(frames.event(frame_id, stream.run_id, number, event))
                    # A client that reads fast must not keep the others of this server waiting.
                    await asyncio.sleep(0)
        return frames.end(frame_id)

    async def _send(self, frame: str) -> None:
        async with self._sending:
            try:
                async with asyncio.timeout(self._limits.send_seconds):
                    await self._websocket.send_text(frame)
            except TimeoutError as exc:
                raise SocketEnd(CloseCode.TOO_SLOW, "too slow") from exc
            except (WebSocketDisconnect, WebSocketDisconnected) as exc:
                raise SocketEnd(None) from exc

    def _problem(self, exc: ClarityError | RequestValidationError) -> dict[str, Any]:
        """A problem document; where a response has the header Retry-After, this has a member."""
        content = content_of(self._websocket, exc)
        if isinstance(exc, ClarityError) and (seconds := retry_after_of(exc)):
            content["retry_after_seconds"] = seconds
        return content

    # ---- The end -------------------------------------------------------------------------------------------

    async def _end_with_the_turns(self) -> None:
        """A server that stops closes the socket once nothing streams any more."""
        await self._server.draining.begun()
        while self._streams:
            await asyncio.wait(set(self._streams.values()))
        raise SocketEnd(CloseCode.SERVER_STOPPING, "the server is stopping")

    async def _close(self, end: SocketEnd) -> None:
        if end.code is not None:
            with suppress(TimeoutError, WebSocketDisconnect, WebSocketDisconnected):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await self._websocket.close(end.code, end.reason)


def _code_of_refusal(exc: Exception) -> CloseCode:
    match exc:
        case TooManySockets():
            return CloseCode.TOO_MANY
        case NotSignedIn() | UserNotFound() | FrameRefused() | RequestValidationError():
            return CloseCode.NOT_AUTHENTICATED
        case _:
            return CloseCode.TRY_AGAIN_LATER


def _leaves(group: BaseExceptionGroup[SocketEnd]) -> Iterator[SocketEnd]:
    for exc in group.exceptions:
        if isinstance(exc, BaseExceptionGroup):
            yield from _leaves(exc)
        else:
            yield exc
