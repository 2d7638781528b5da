"""An agent as one readable YAML document: what it is told and its tools in order, without ids and times.

Exact both ways: what `to_yaml` writes, `from_yaml` reads as the same value. What has its default is left out.
"""

import json
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self, cast

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, ValidationError, field_validator

from cli.errors import UsageRefused


def _is_finite(value: dict[str, JsonValue]) -> dict[str, JsonValue]:
    json.dumps(value, allow_nan=False)
    return value


JsonObject = Annotated[dict[str, JsonValue], AfterValidator(_is_finite)]


class ToolFile(BaseModel):
    """A tool. Its `order` is its place in the list, counted from 0, where it does not say another."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str
    type: str = "CRUDTool"
    description: str = ""
    approval: Literal["auto", "ask", "ask_after_untrusted"] = "auto"
    is_active: bool = True
    order: int | None = None
    config: JsonObject = Field(default_factory=dict[str, JsonValue])

    def at(self, place: int) -> "ToolFile":
        """The same with its order written out, as the database has it."""
        return self if self.order is not None else self.model_copy(update={"order": place})


class AgentFile(BaseModel):
    """An agent. `owner` is the email of the user whose private agent it is; None for a shared one."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    agent: str
    owner: str | None = None
    display_name: str | None = None
    description: str | None = None
    is_active: bool = True
    llm_config: JsonObject = Field(default_factory=dict[str, JsonValue])
    system_prompt: str = ""
    tools: list[ToolFile] = Field(default_factory=list[ToolFile])

    FIELDS: ClassVar = ("display_name", "description", "is_active", "llm_config", "system_prompt")

    @field_validator("tools")
    @classmethod
    def _names_are_different(cls, tools: list[ToolFile]) -> list[ToolFile]:
        names = [tool.name for tool in tools]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two tools have the name {name}")
        return tools

    @property
    def key(self) -> tuple[str, str | None]:
        """What makes it the same agent as another."""
        return self.agent, self.owner

    @property
    def title(self) -> str:
        return f"{self.agent} (of {self.owner})" if self.owner else self.agent

    def placed_tools(self) -> dict[str, ToolFile]:
        """Its tools by name, each with its order."""
        return {tool.name: tool.at(place) for place, tool in enumerate(self.tools)}

    @classmethod
    def from_row(cls, agent: Mapping[str, Any], tools: list[Mapping[str, Any]]) -> Self:
        """From a row of agent_configurations with `owner_email`, and its rows of agent_tools."""
        ordered = sorted(tools, key=lambda tool: (tool["order"], tool["name"]))
        return cls(
            agent=agent["agent_name"],
            owner=agent["owner_email"],
            tools=[_tool(tool, place) for place, tool in enumerate(ordered)],
            **{name: agent[name] for name in cls.FIELDS},
        )

    def to_yaml(self) -> str:
        values = self.model_dump(exclude_defaults=True, exclude={"tools"})
        if self.tools:
            values["tools"] = [tool.model_dump(exclude_defaults=True) for tool in self.tools]
        return yaml.dump(
            {"agent": self.agent, **values}, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110
        )

    @classmethod
    def from_yaml(cls, text: str, *, source: str) -> Self:
        """UsageRefused, naming `source` and each thing that is wrong, for anything but such a document."""
        try:
            # A SafeLoader: nothing but plain values comes out of it.
            values: Any = yaml.load(text, Loader=_Loader)  # noqa: S506
            if not isinstance(values, dict):
                raise UsageRefused(f"{source} is not an agent: it must be a mapping with the key 'agent'.")
            return cls.model_validate(values)
        except yaml.YAMLError as exc:
            raise UsageRefused(f"{source} is not YAML: {' '.join(str(exc).split())}") from exc
        except RecursionError as exc:
            raise UsageRefused(f"{source} is nested too deeply.") from exc
        except ValidationError as exc:
            raise UsageRefused(
                f"{source}: "
                + " ".join(f"{_place(error['loc'])}: {_reason(error['msg'])}." for error in exc.errors())
            ) from exc


def _tool(row: Mapping[str, Any], place: int) -> ToolFile:
    values: dict[str, Any] = {name: row[name] for name in ToolFile.model_fields}
    if row["order"] == place:
        del values["order"]
    return ToolFile(**values)


def _place(location: tuple[int | str, ...]) -> str:
    return ".".join(map(str, location)) or "agent"


def _reason(message: str) -> str:
    return (message[0].lower() + message[1:]).removeprefix("value error, ")


class _Dumper(yaml.SafeDumper):
    """Texts of several lines as blocks, nothing by reference, lists indented below their key."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


class _Loader(yaml.SafeLoader):
    """JSON's values only: what looks like a date stays a text, and a key that is there twice is refused."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [cast("str", key.value) for key, _ in node.value]
        for key, (key_node, _) in zip(keys, node.value, strict=True):
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key} is there twice", key_node.start_mark
                )
        return super().construct_mapping(node, deep)


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    if not text.replace("\n", "").replace("\t", "").isprintable():
        # Escaped: a reader takes some of these for the end of a line.
        style = '"'
    else:
        style = "|" if "\n" in text.rstrip("\n") and _fits_a_block(text) else None
    return dumper.represent_scalar(  # pyright: ignore[reportUnknownMemberType]
        "tag:yaml.org,2002:str", text, style
    )


def _fits_a_block(text: str) -> bool:
    """Whether a literal block keeps the text: it begins at the margin, and no line ends in a space."""
    lines = text.split("\n")
    return lines[0][:1].strip() != "" and all(line == line.rstrip() for line in lines)


_Dumper.add_representer(str, _represent_text)
_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
