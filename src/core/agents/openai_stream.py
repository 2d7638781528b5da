"""OpenAI's chat completions, streamed without what costs most: the client's typed requests and typed chunks.

LangChain builds the request's body itself and takes chunks as dictionaries. In between, the openai package
checks the body against its types by reflection and makes a model of each chunk, which LangChain turns back
into a dictionary: four fifths of the processor time of a call. Here the same client sends the body as it is.
Authentication, errors, time limits and the parsing of the stream are its own.
"""

from typing import Any, cast

from langchain_core.language_models import BaseChatModel
from openai import AsyncOpenAI, AsyncStream

PATH = "/chat/completions"


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
            stream_cls=AsyncStream[object],
        )


def stream_plainly(model: BaseChatModel) -> None:
    """Has a LangChain model that is built on the openai package stream so; another stays as it is."""
    client = getattr(model, "root_async_client", None)
    if isinstance(client, AsyncOpenAI):
        cast("Any", model).async_client = PlainCompletions(client)
