"""Which web origins a tool may speak to, as an operator lists them.

An entry is one of:

* `api.example.com` or `api.example.com:8443`: this host over https, at public addresses only;
* `*.example.com`: every host below it, likewise; `*`: every host;
* `http://127.0.0.1:9000` or `https://payments.internal`: exactly this origin. The operator vouches for it, so
  it may be plain http and resolve to an address of a private network.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Self

LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
HOST_NAME = re.compile(rf"(?=.{{1,253}}\Z)(?:{LABEL}\.)*(?P<last>{LABEL})")
# What a resolver takes for a number makes the whole name an IPv4 address: 2130706433, 0x7f.1, 0177.0.0.1
# (WHATWG URL, "ends in a number").
NUMERIC_LABEL = re.compile(r"\d+|0x[0-9a-f]*")
ORIGIN = re.compile(
    r"(?P<scheme>https?)://(?P<host>[^\s/?#@:\[\]\\]+|\[[0-9a-f:.]+\])(?::(?P<port>\d{1,5}))?/?"
)
DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Scheme, host (lower case; an IPv6 address without brackets) and port of a web address."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, text: str) -> Self:
        """From `https://host[:port]`; ValueError with the rest of a sentence when it is not that."""
        match = ORIGIN.fullmatch(text)
        if not match:
            raise ValueError("must begin with https://, a host in plain ASCII and perhaps a port")
        scheme, host = match["scheme"], match["host"].strip("[]").lower()
        port = int(match["port"] or DEFAULT_PORTS[scheme])
        if not 0 < port < 65536:
            raise ValueError(f"has the port {port}, which does not exist")
        if not is_address(host) and not is_host_name(host):
            raise ValueError(f"names the host {host[:100]}, which is no host name")
        return cls(scheme=scheme, host=host, port=port)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if DEFAULT_PORTS[self.scheme] == self.port else f":{self.port}"
        return f"{self.scheme}://{host}{port}"


def is_host_name(host: str) -> bool:
    """Whether it is a DNS name in lower-case ASCII that no resolver reads as a number."""
    match = HOST_NAME.fullmatch(host)
    return bool(match) and not NUMERIC_LABEL.fullmatch(match["last"])


def is_address(host: str) -> bool:
    """Whether it is an IP address in its one ordinary form: no octal, hexadecimal or short ones."""
    try:
        return bool(IPv6Address(host) if ":" in host else IPv4Address(host))
    except ValueError:
        return False


@dataclass(frozen=True, kw_only=True)
class HostRule:
    """One entry of an operator's list. `pattern` is a host, `*.suffix` or `*`."""

    scheme: str
    pattern: str
    port: int
    is_vouched: bool

    @classmethod
    def of(cls, entry: str) -> Self:
        """ValueError with the rest of a sentence for an entry that is none of the forms above."""
        entry = entry.strip().lower()
        if "://" in entry:
            origin = Origin.of(entry)
            return cls(scheme=origin.scheme, pattern=origin.host, port=origin.port, is_vouched=True)
        prefix = "*." if entry.startswith("*.") else ""
        if entry == "*":
            return cls(scheme="https", pattern="*", port=443, is_vouched=False)
        origin = Origin.of(f"https://{entry.removeprefix('*.')}")
        if prefix and is_address(origin.host):
            raise ValueError("puts a * before an address")
        return cls(scheme="https", pattern=prefix + origin.host, port=origin.port, is_vouched=False)

    def matches(self, origin: Origin) -> bool:
        return (origin.scheme, origin.port) == (self.scheme, self.port) and self._covers(origin.host)

    def _covers(self, host: str) -> bool:
        if self.pattern.startswith("*"):
            return not is_address(host) and host.endswith(self.pattern[1:])
        return host == self.pattern


@dataclass(frozen=True, kw_only=True)
class HostRules:
    """A whole list; an empty one allows nothing."""

    rules: tuple[HostRule, ...] = ()

    @classmethod
    def of(cls, entries: Iterable[str]) -> Self:
        """ValueError naming the entry that cannot be read."""
        rules: list[HostRule] = []
        for entry in entries:
            try:
                rules.append(HostRule.of(entry))
            except ValueError as exc:
                raise ValueError(f"the entry '{entry}' {exc}") from exc
        return cls(rules=tuple(rules))

    def rule_for(self, origin: Origin) -> HostRule | None:
        """The rule that allows the origin; one that vouches for it comes first."""
        matching = [rule for rule in self.rules if rule.matches(origin)]
        return max(matching, key=lambda rule: rule.is_vouched, default=None)
