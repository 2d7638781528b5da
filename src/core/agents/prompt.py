"""The system prompt of one user's turns."""

from collections.abc import Iterable, Sequence

from core.agents.definition import AgentDefinition


def build_system_prompt(
    definition: AgentDefinition, customizations: Sequence[str], *, missing: Iterable[str] = ()
) -> str:
    """The agent's prompt, then the user's own instructions, highest priority first.

    `missing` are the names of tools that cannot be run: the model is to say so, not to make do in silence.
    Plain concatenation: what a person or a row wrote is never treated as a template.
    """
    parts = [definition.system_prompt.strip()]
    if names := ", ".join(missing):
        parts.append(f"Not available now: {names}. Say so if the user asks for what these tools do.")
    if customizations:
        listed = "\n".join(f"- {text.strip()}" for text in customizations)
        parts.append(f"The user's own instructions, the most important first:\n{listed}")
    return "\n\n".join(part for part in parts if part)
