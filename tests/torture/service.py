"""A service for HTTPTool, on a port of 127.0.0.1, that counts how often it was told each token."""

import asyncio
import json
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import TypeAlias

from torture.plan import Kind

# held(token): what is to go wrong with the request, if anything, once it may go on.
Held: TypeAlias = Callable[[str], "Future[Kind | None]"]


class CountingService:
    """`POST /send` with {"token": ...}. `told` has how often each token came. It has a thread of its own."""

    def __init__(self, held: Held) -> None:
        self.told: Counter[str] = Counter()
        self._held = held
        self._connections: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="counting-service")
        self._port = 0

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        self._thread.start()
        self._listener = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(timeout=10)
        self._port = self._listener.sockets[0].getsockname()[1]

    def stop(self) -> None:
        """Closes the port and every connection."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(timeout=10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._serve, "127.0.0.1", 0)

    async def _close(self) -> None:
        self._listener.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._connections.add(task)
        try:
            await self._answer(await _read_token(reader), reader, writer)
        except (asyncio.CancelledError, asyncio.IncompleteReadError, ConnectionError):
            # The server was killed, or it is all over.
            pass
        finally:
            self._connections.discard(task)
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _answer(self, token: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        fault = await asyncio.wrap_future(self._held(token))
        if fault is Kind.SERVICE_REFUSES:
            return
        self.told[token] += 1
        match fault:
            case Kind.SERVICE_BREAKS:
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")
            case Kind.SERVICE_HANGS:
                await reader.read()
            case Kind.SERVICE_FAILS:
                _write(writer, "500 Internal Server Error", {"error": "it broke afterwards"})
            case _:
                _write(writer, "200 OK", {"told": token})
        await writer.drain()


async def _read_token(reader: asyncio.StreamReader) -> str:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    length = next(line for line in head.split("\r\n") if line.startswith("content-length:"))
    return json.loads(await reader.readexactly(int(length.partition(":")[2])))["token"]


def _write(writer: asyncio.StreamWriter, status: str, answer: dict[str, str]) -> None:
    body = json.dumps(answer)
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    writer.write(f"{head}Connection: close\r\n\r\n{body}".encode())
