"""The system prompt of one user's turns."""

from collections.abc import Sequence

from core.agents.definition import AgentDefinition


def build_system_prompt(definition: AgentDefinition, customizations: Sequence[str]) -> str:
    """The agent's prompt, then the user's own instructions, highest priority first.

    Plain concatenation: what a person or a row wrote is never treated as a template.
    """
    parts = [definition.system_prompt.strip()]
    if customizations:
        listed = "\n".join(f"- {text.strip()}" for text in customizations)
        parts.append(f"The user's own instructions, the most important first:\n{listed}")
    return "\n\n".join(part for part in parts if part)
