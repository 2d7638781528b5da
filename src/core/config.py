"""What the core needs to know, as one value. It reads no environment: whoever starts it passes this in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

NO_KEYS: Mapping[str, str] = MappingProxyType({})

# The model that needs no key: rules, not a language model.
OFFLINE_MODEL = "offline:rules"


@dataclass(frozen=True, kw_only=True)
class CoreConfig:
    """Limits and model access of one server.

    `model_keys` maps a provider of `init_chat_model` ("openai", "anthropic", ...) to its API key.
    `default_model` is the "provider:name" of agents whose `llm_config` names none.
    `private_agent_base_urls` are the only `base_url`s that an agent owned by a user may name: anything else
    could carry the operator's key to a host of the user's choice.
    `private_models` are patterns (`openai:gpt-5*`) of the models that such an agent may name at the
    operator's expense, besides the server's default and `offline:rules`.
    `http_allowed_hosts` and `private_http_hosts` (for agents owned by a user) are the hosts that tools may
    speak to, `http_jwt_hosts` those of them that may be given the caller's access token; core.tools.hosts
    says how an entry is written. `secrets` are the operator's, by the name that a tool's row calls them.
    `credentials_keys` encrypt what users entrust to the server, in base64, the newest first.
    """

    default_model: str | None = None
    model_keys: Mapping[str, str] = field(default_factory=lambda: NO_KEYS, repr=False)
    private_agent_base_urls: tuple[str, ...] = ()
    private_models: tuple[str, ...] = ()

    http_allowed_hosts: tuple[str, ...] = ()
    private_http_hosts: tuple[str, ...] = ()
    http_jwt_hosts: tuple[str, ...] = ()
    secrets: Mapping[str, str] = field(default_factory=lambda: NO_KEYS, repr=False)
    credentials_keys: tuple[str, ...] = field(default=(), repr=False)

    # One model call, from request to the last token.
    model_timeout_seconds: float = 60
    # How often a model that is overloaded or out of reach is asked again, where the agent's row does not say.
    model_retries: int = 2
    # The pause before it, doubled each time up to the longest: an overload often passes in seconds.
    model_first_pause_seconds: float = 0.5
    model_longest_pause_seconds: float = 8
    # A provider that asks for a longer pause is not waited for: the next model is asked, or the turn fails.
    model_longest_retry_after_seconds: float = 20
    # One turn: all its model and tool calls.
    turn_timeout_seconds: float = 300
    # How long a turn is kept for its server without a sign of life, and how often the server gives one:
    # several may be missed. It is also how long a chat is closed after its server died, and how late a cancel
    # from another replica may come.
    lease_seconds: float = 30
    lease_renewal_seconds: float = 2
    # One SQL statement of a tool, as Postgres' statement_timeout.
    tool_timeout_seconds: float = 15

    # A looping model is stopped here: each call may ask for several tools.
    max_model_calls: int = 12
    max_tool_calls: int = 50
    # Tokens read and written by all model calls of one turn, checked before each of them; None for no limit.
    max_run_tokens: int | None = None

    # Of one user, over all replicas; None for no limit. A day is UTC's.
    max_concurrent_runs: int | None = 10
    max_requests_per_minute: int | None = 60
    max_tokens_per_day: int | None = None

    # How long a person may take to allow or refuse a tool call.
    approval_timeout_seconds: float = 24 * 60 * 60
    # Agents that ask one another are bounded in depth by their rows, and in number by this, for each turn.
    max_delegations: int = 20
    # The window of a chat that the model sees: by rows in SQL first, then trimmed to tokens.
    history_messages: int = 40
    history_tokens: int = 16_000
    # Whether a new chat gets a better title in the background, by the agent's own model.
    improve_titles: bool = True
    # Whether what no longer fits is summarised in the background, by the agent's own model.
    summarise_chats: bool = True

    # Executors are light (the graph is shared), so the bound is generous; see memory-bank/architecture.md.
    executor_cache_size: int = 10_000
    agent_cache_size: int = 500
