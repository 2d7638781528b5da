"""OpenAI's chat completions, streamed without what costs most: the client's typed requests and typed chunks.

LangChain builds the request's body itself and takes chunks as dictionaries. In between, the openai package
checks the body against its types by reflection and makes a model of each chunk, which LangChain turns back
into a dictionary: four fifths of the processor time of a call. Here the same client sends the body as it is.
Authentication, errors and time limits are its own. Pieces of text that arrive together are handed on so: a
model that is faster than its listeners costs less, and one that is slower is seen as it writes.
"""

from collections.abc import AsyncGenerator, Iterator, Sequence
from typing import Any, cast

import orjson
from langchain_core.language_models import BaseChatModel
from openai import APIError, AsyncOpenAI, AsyncStream

PATH = "/chat/completions"
DATA = b"data:"
END = b"[DONE]"

Chunk = dict[str, Any]


class PlainCompletions:
    """The part of the package's `AsyncCompletions` that LangChain calls; its streams are of dictionaries."""

    def __init__(self, client: AsyncOpenAI) -> None:
        # The package's signatures list every parameter; what comes here is what LangChain made for them.
        self._client = cast("Any", client)
        self._own = cast("Any", client.chat.completions)

    @property
    def with_raw_response(self) -> Any:
        """The package's own."""
        return self._own.with_raw_response

    async def create(self, **arguments: Any) -> Any:
        """As the package's own, which answers where no stream is asked for."""
        if not arguments.get("stream"):
            return await self._own.create(**arguments)
        options = {
            name: arguments.pop(argument)
            for name, argument in (
                ("headers", "extra_headers"),
                ("params", "extra_query"),
                ("timeout", "timeout"),
            )
            if arguments.get(argument) is not None
        }
        extra_body: dict[str, Any] = arguments.pop("extra_body", None) or {}
        return await self._client.post(
            PATH,
            body={**arguments, **extra_body},
            options=options,
            cast_to=object,
            stream=True,
            stream_cls=PlainStream,
        )


class PlainStream(AsyncStream[object]):
    """The chunks of a response as dictionaries, of which each line of data is one."""

    async def __stream__(self) -> AsyncGenerator[object]:
        response = self.response
        rest = b""
        try:
            async for received in response.aiter_bytes():
                *lines, rest = (rest + received).split(b"\n")
                chunks: list[Chunk] = [orjson.loads(data) for data in _data_of(lines) if data != END]
                for chunk in chunks:
                    self._refuse_error(chunk)
                for chunk in _joined(chunks):
                    yield chunk
        finally:
            await response.aclose()

    def _refuse_error(self, chunk: Chunk) -> None:
        """An error comes with status 200 when the answer has begun."""
        error: Any = chunk.get("error")
        if error:
            message = cast(Chunk, error).get("message") if isinstance(error, dict) else error
            raise APIError(str(message), self.response.request, body=cast(object, error))


def _data_of(lines: Sequence[bytes]) -> Iterator[bytes]:
    return (line[len(DATA) :].strip() for line in lines if line.startswith(DATA))


def _joined(chunks: Sequence[Chunk]) -> Iterator[Chunk]:
    """The same, with neighbours that are nothing but text as one."""
    last: Chunk | None = None
    for chunk in chunks:
        text = _text_of(chunk)
        if last is not None and text is not None:
            last["choices"][0]["delta"]["content"] += text
            continue
        if last is not None:
            yield last
        last = chunk if text is not None else None
        if last is None:
            yield chunk
    if last is not None:
        yield last


def _text_of(chunk: Chunk) -> str | None:
    """The text of a chunk that says nothing else."""
    choices = chunk.get("choices")
    if not choices or len(choices) > 1 or chunk.get("usage"):
        return None
    choice = choices[0]
    delta = choice.get("delta")
    if not delta or choice.get("finish_reason") or choice.get("logprobs"):
        return None
    text = delta.get("content")
    is_only_text = all(key in ("content", "role") or not value for key, value in delta.items())
    return text if text and isinstance(text, str) and is_only_text else None


def stream_plainly(model: BaseChatModel) -> None:
    """Has a LangChain model that is built on the openai package stream so; another stays as it is."""
    client = getattr(model, "root_async_client", None)
    if isinstance(client, AsyncOpenAI):
        cast("Any", model).async_client = PlainCompletions(client)
