"""Which IP addresses a tool may connect to: the public internet, and what an operator vouches for by name.

Sources: IANA's special-purpose address registries for IPv4 and IPv6 (RFC 6890 and its successors).
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address

# The networks of an operator's own: this machine, private use, shared address space (CGNAT), unique local.
INTERNAL = (
    IPv4Network("10.0.0.0/8"),
    IPv4Network("100.64.0.0/10"),
    IPv4Network("127.0.0.0/8"),
    IPv4Network("172.16.0.0/12"),
    IPv4Network("192.168.0.0/16"),
    IPv6Network("::1/128"),
    IPv6Network("fc00::/7"),
)

# Of the rest, what is not the public internet: this network, link-local, protocol assignments, documentation,
# 6to4 relays, benchmarks, multicast, reserved and broadcast.
SPECIAL_V4 = (
    IPv4Network("0.0.0.0/8"),
    IPv4Network("169.254.0.0/16"),
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.0.2.0/24"),
    IPv4Network("192.88.99.0/24"),
    IPv4Network("198.18.0.0/15"),
    IPv4Network("198.51.100.0/24"),
    IPv4Network("203.0.113.0/24"),
    IPv4Network("224.0.0.0/4"),
    IPv4Network("240.0.0.0/4"),
)
# Public IPv6 is one block. So IPv4-mapped addresses (::ffff:0:0/96), NAT64 (64:ff9b::/96), link-local and
# multicast are outside it; within it, these are not public: protocol assignments with Teredo, documentation
# and 6to4, which carries an IPv4 address.
GLOBAL_UNICAST_V6 = IPv6Network("2000::/3")
SPECIAL_V6 = (
    IPv6Network("2001::/23"),
    IPv6Network("2001:db8::/32"),
    IPv6Network("2002::/16"),
    IPv6Network("3fff::/20"),
)

# Where clouds hand out a machine's own credentials, outside of link-local: Azure, Alibaba, AWS over IPv6.
METADATA: frozenset[Address] = frozenset(
    (IPv4Address("168.63.129.16"), IPv4Address("100.100.100.200"), IPv6Address("fd00:ec2::254"))
)


def may_connect(address: Address, *, is_vouched: bool) -> bool:
    """Whether a tool may connect there. `is_vouched`: the operator named the origin, wherever it resolves to.

    Link-local, multicast, reserved, tunnelling and cloud metadata addresses are never allowed.
    """
    if address in METADATA:
        return False
    return _is_public(address) or (is_vouched and any(address in network for network in INTERNAL))


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in network for network in (*SPECIAL_V4, *INTERNAL))
    return address in GLOBAL_UNICAST_V6 and not any(address in network for network in SPECIAL_V6)
