"""What a call of an RPCTool would do, for the person who is to allow it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.tools.column_kinds import Kind
from core.tools.definition import Function
from core.tools.rpc_args import RPCArguments
from core.tools.sentences import assigned, sentence, value_of


@dataclass(frozen=True, kw_only=True)
class RPCSentences:
    """The words of one tool. `offered` has name and kind of each argument by its key."""

    function_name: str
    offered: Mapping[str, tuple[str, Kind]]
    fixed: Mapping[str, Any]

    @classmethod
    def of(cls, function: Function, arguments: RPCArguments) -> "RPCSentences":
        return cls(
            function_name=function.name,
            offered={one.key: (one.argument.name, one.field.kind) for one in arguments.offered},
            fixed={field.argument: value_of(field.kind, text) for field, text in arguments.fixed},
        )

    def summary(self, arguments: Mapping[str, Any]) -> str:
        """`Call the function close_order with order_id = 5.`"""
        named = [(*self.offered[key], text) for key, text in arguments.items() if key in self.offered]
        given = {name: value_of(kind, text) for name, kind, text in named if text is not None}
        values = {**given, **self.fixed}
        called = f"Call the function {self.function_name}"
        return sentence(called, f"with {assigned(values, ' = ')}" if values else "")
