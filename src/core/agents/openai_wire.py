"""OpenAI's chat completions over HTTP, streamed, without a client in between.

LangChain makes the request's body once for each agent: its parameters and tools, as its `ChatOpenAI` sends
them. A turn adds the messages and reads the chunks. In between, LangChain and the openai package convert each
message, check the body by reflection, and make several objects of each chunk for callbacks that nobody
listens to: nine tenths of the processor time of a call. What differs by provider stays LangChain's: see
`is_plain`.

The protocol: https://platform.openai.com/docs/api-reference/chat-streaming, whose chunks other servers speak.
"""

from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeGuard, cast
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass
from uuid import uuid4

import aiohttp
import httpx2
import orjson
from langchain_core.exceptions import (
    ContextOverflowError,
    ModelAPIError,
    ModelAuthenticationError,
    ModelConnectionError,
    ModelInvalidRequestError,
    ModelNotFoundError,
    ModelPermissionDeniedError,
    ModelRateLimitError,
)
from langchain_core.exceptions import ModelError as LangChainModelError
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.messages.tool import tool_call
from langchain_core.tools import BaseTool
from langchain_openai import ChatOpenAI
from langsmith import utils as langsmith_utils

from core.agents.model_streams import Heard, read_arguments
from core.fast_json import dumps

PATH = "/chat/completions"
DATA = b"data:"
END = b"[DONE]"

# Of an error's body. A proxy may answer with a page.
MAX_ERROR_BYTES = 64 * 1024
# As the openai package has it; a server is asked by all agents that name it.
MAX_CONNECTIONS = 1000

STATUS_ERRORS: Mapping[int, type[LangChainModelError]] = {
    400: ModelInvalidRequestError,
    401: ModelAuthenticationError,
    403: ModelPermissionDeniedError,
    404: ModelNotFoundError,
    429: ModelRateLimitError,
}
# What servers say of a conversation that is too long, with status 400 or inside a stream.
TOO_LONG = (
    "context_length_exceeded",
    "exceeds the context window",
    "Input tokens exceed the configured limit",
    "prompt is too long",
    "ContextWindowExceededError",
)

# What LangChain would read of a message besides its text and its calls.
RICH_KEYS = frozenset({"audio", "function_call", "name", "tool_calls", "__openai_role__"})

NOTHING: Mapping[str, Any] = {}


def is_plain(model: BaseChatModel) -> TypeGuard[ChatOpenAI]:
    """Whether nothing happens to a model's requests that only LangChain could do, or listens to.

    Other providers have classes of their own, which mend requests; LangSmith may trace calls, or carry them.
    """
    loose = cast("Any", model)
    return (
        type(model) is ChatOpenAI
        and not model.callbacks
        and not loose._uses_gateway
        and not loose.openai_proxy
        and not cast("Any", langsmith_utils).tracing_is_enabled()
    )


class OpenAiWire:
    """The connections of one server to models that speak the protocol. Close it on the loop that used it."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    def stream(self, model: BaseChatModel, tools: Sequence[BaseTool]) -> "OpenAiStream | None":
        """The model with its tools; None where LangChain has to ask it."""
        if not is_plain(model):
            return None
        own = cast("Any", model)
        bound: Any = own.bind_tools(tools) if tools else own
        body: dict[str, Any] = own._get_request_payload(
            [SystemMessage("")],
            **getattr(bound, "kwargs", {}),
            stream=True,
            stream_options={"include_usage": True},
        )
        client = model.root_async_client
        url = f"{str(client.base_url).rstrip('/')}{PATH}"
        proxy = _proxy_of(url)
        if "messages" not in body or (proxy and not proxy.startswith("http")):
            # The Responses API, or a proxy of a kind that only the package knows.
            return None
        [system] = body.pop("messages")
        headers = {**client.default_headers, **client.auth_headers}
        return OpenAiStream(
            wire=self,
            model=model,
            url=url,
            proxy=proxy,
            headers={
                name: value
                for name, value in headers.items()
                if isinstance(value, str) and not name.lower().startswith(("x-stainless", "user-agent"))
            },
            body_start=dumps(body)[:-1] + b',"messages":',
            system_role=system["role"],
        )

    async def aclose(self) -> None:
        if self._session:
            await self._session.close()

    @asynccontextmanager
    async def post(self, stream: "OpenAiStream", body: bytes) -> AsyncGenerator[aiohttp.ClientResponse]:
        """The response, as soon as its headers are there. Raises one of LangChain's ModelErrors."""
        self._session = self._session or _open_session()
        try:
            async with self._session.post(
                stream.url, data=body, headers=stream.headers, proxy=stream.proxy
            ) as response:
                if response.status != 200:
                    raise _refusal(response, await response.content.read(MAX_ERROR_BYTES))
                yield response
        except aiohttp.ClientError as exc:
            raise ModelConnectionError(f"The connection failed: {type(exc).__name__}") from exc


@dataclass(frozen=True, kw_only=True)
class OpenAiStream:
    """A model with its tools. `body_start` is the request's JSON up to the array of messages."""

    wire: OpenAiWire
    model: ChatOpenAI
    url: str
    proxy: str | None
    headers: Mapping[str, str]
    body_start: bytes
    system_role: str

    async def ask(self, messages: Sequence[BaseMessage], heard: Heard) -> AIMessage:
        """Pieces of text that arrive together are handed on as one.

        A model that is faster than its listeners costs less so, and one that is slower is seen as it writes.
        """
        answer = _Answer()
        async with self.wire.post(self, self.body_of(messages)) as response:
            rest = b""
            async for received in response.content.iter_any():
                *lines, rest = (rest + received).split(b"\n")
                text = "".join([answer.take(chunk, heard) for chunk in answer.chunks_of(lines)])
                if text:
                    heard.text(text)
        return answer.whole()

    def body_of(self, messages: Sequence[BaseMessage]) -> bytes:
        """The request's JSON."""
        return self.body_start + dumps([self._wire_form(message) for message in messages]) + b"}"

    def _wire_form(self, message: BaseMessage) -> Mapping[str, Any]:
        content = message.content
        if (
            not isinstance(content, str)
            # A tool's result does not tell its name: it tells which call it answers.
            or (message.name and not isinstance(message, ToolMessage))
            or not RICH_KEYS.isdisjoint(message.additional_kwargs)
        ):
            return self._langchains_form(message)
        match message:
            case HumanMessage():
                return {"role": "user", "content": content}
            case AIMessage(tool_calls=[], invalid_tool_calls=[]):
                return {"role": "assistant", "content": content}
            case AIMessage(tool_calls=calls, invalid_tool_calls=[]):
                wire_calls = [
                    {
                        "type": "function",
                        "id": call["id"],
                        "function": {"name": call["name"], "arguments": dumps(call["args"]).decode()},
                    }
                    for call in calls
                ]
                return {"role": "assistant", "content": content or None, "tool_calls": wire_calls}
            case ToolMessage():
                return {"role": "tool", "content": content, "tool_call_id": message.tool_call_id}
            case SystemMessage():
                return {"role": self.system_role, "content": content}
            case _:
                return self._langchains_form(message)

    def _langchains_form(self, message: BaseMessage) -> Mapping[str, Any]:
        return cast("Any", self.model)._get_request_payload([message])["messages"][0]


@dataclass(kw_only=True)
class _Call:
    """A call as far as it has come."""

    id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list[str])


class _Answer:
    """What the chunks of one response have said."""

    def __init__(self) -> None:
        self._id = ""
        self._texts: list[str] = []
        self._calls: dict[int, _Call] = {}
        self._usage: UsageMetadata | None = None
        self._metadata: dict[str, Any] = {"model_provider": "openai"}
        self._has_begun = False
        self._is_over = False

    def chunks_of(self, lines: Sequence[bytes]) -> Iterator[Mapping[str, Any]]:
        """The JSON of each line of data."""
        for line in lines:
            if line.startswith(DATA):
                data = line[len(DATA) :].strip()
                if data == END:
                    self._is_over = True
                else:
                    yield orjson.loads(data)

    def take(self, chunk: Mapping[str, Any], heard: Heard) -> str:
        """The text that a chunk adds. Raises one of LangChain's ModelErrors if it says that one happened."""
        if error := chunk.get("error"):
            # With status 200, since the answer had begun.
            raise _stream_error(error)
        if used := chunk.get("usage"):
            self._usage = _usage_of(used)
        choices = chunk.get("choices")
        if not choices:
            return ""
        self._has_begun = True
        self._id = self._id or chunk.get("id") or ""
        choice = choices[0]
        if reason := choice.get("finish_reason"):
            self._is_over = True
            self._metadata["finish_reason"] = reason
            for key, name in (
                ("model", "model_name"),
                ("system_fingerprint", "system_fingerprint"),
                ("service_tier", "service_tier"),
            ):
                if value := chunk.get(key):
                    self._metadata[name] = value
        delta: Mapping[str, Any] = choice.get("delta") or NOTHING
        for part in delta.get("tool_calls") or ():
            self._take_call(part)
            heard.call()
        text = delta.get("content")
        if not isinstance(text, str):
            return ""
        self._texts.append(text)
        return text

    def whole(self) -> AIMessage:
        """The message. UnreadableCall for a call whose arguments are no JSON object."""
        if not self._has_begun:
            raise LangChainModelError("The server answered with something that is no stream of chunks.")
        if not self._is_over:
            raise ModelConnectionError("The server's stream ended in the middle of the answer.")
        return AIMessage(
            "".join(self._texts),
            id=self._id or str(uuid4()),
            tool_calls=[
                tool_call(name=call.name, args=read_arguments("".join(call.arguments)), id=call.id or None)
                for _, call in sorted(self._calls.items())
            ],
            usage_metadata=self._usage,
            response_metadata=self._metadata,
        )

    def _take_call(self, part: Mapping[str, Any]) -> None:
        index = part.get("index")
        if index is None:
            # Some servers leave it out: a part with an id of its own begins a call.
            index = len(self._calls) - (0 if part.get("id") or not self._calls else 1)
        call = self._calls.setdefault(index, _Call())
        function: Mapping[str, Any] = part.get("function") or NOTHING
        # Some servers say both again with each part.
        call.id = call.id or part.get("id") or ""
        call.name = call.name or function.get("name") or ""
        if arguments := function.get("arguments"):
            call.arguments.append(arguments)


def _open_session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        # It trusts whom the openai package's own client trusts.
        connector=aiohttp.TCPConnector(limit=MAX_CONNECTIONS, ssl=httpx2.create_ssl_context()),
        # A call has a time limit as a whole, which is its caller's.
        timeout=aiohttp.ClientTimeout(),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": "clarity-agents", "Content-Type": "application/json"},
    )


def _proxy_of(url: str) -> str | None:
    """The proxy that the process's environment names for a URL."""
    parts = urlsplit(url)
    proxies = getproxies()
    if not proxies or proxy_bypass(parts.hostname or ""):
        return None
    return proxies.get(parts.scheme) or proxies.get("all")


def _usage_of(used: Mapping[str, Any]) -> UsageMetadata:
    read, written = used.get("prompt_tokens") or 0, used.get("completion_tokens") or 0
    usage = UsageMetadata(
        input_tokens=read, output_tokens=written, total_tokens=used.get("total_tokens") or read + written
    )
    read_details: Mapping[str, Any] = used.get("prompt_tokens_details") or NOTHING
    written_details: Mapping[str, Any] = used.get("completion_tokens_details") or NOTHING
    cached, reasoned = read_details.get("cached_tokens"), written_details.get("reasoning_tokens")
    if cached is not None:
        usage["input_token_details"] = {"cache_read": cached}
    if reasoned is not None:
        usage["output_token_details"] = {"reasoning": reasoned}
    return usage


def _refusal(response: aiohttp.ClientResponse, body: bytes) -> Exception:
    """An answer that is no stream, by its status."""
    status, text = response.status, body.decode(errors="replace")
    kind = STATUS_ERRORS.get(status, ModelAPIError if status >= 500 else _UnknownStatus)
    if status == 400 and any(words in text for words in TOO_LONG):
        kind = ContextOverflowError
    error = kind(f"HTTP {status}: {text}")
    # Where the openai package keeps them, and core.agents.model_retries looks for them.
    vars(error).update(status_code=status, response=response, body=_parsed(body))
    return error


class _UnknownStatus(Exception):
    """A status that says nothing about whom to tell what; whether to try again is told by its number."""


def _stream_error(error: Any) -> Exception:
    text = str(error)
    kind = ContextOverflowError if any(words in text for words in TOO_LONG) else LangChainModelError
    raised = kind(text)
    vars(raised).update(body=error)
    return raised


def _parsed(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except ValueError:
        return None
