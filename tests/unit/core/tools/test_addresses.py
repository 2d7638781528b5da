from ipaddress import ip_address

import pytest

from core.tools.addresses import may_connect

PUBLIC = ["93.184.215.14", "172.15.255.255", "172.32.0.1", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"]
INTERNAL = ["127.0.0.1", "127.1.2.3", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "::1", "fd12::1"]
NEVER = [
    "0.0.0.0",
    "169.254.169.254",
    "192.0.0.192",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "168.63.129.16",
    "100.100.100.200",
    "::",
    "fe80::1",
    "ff02::1",
    "fd00:ec2::254",
    # The same IPv4 addresses in IPv6 clothes: mapped, compatible, NAT64, 6to4, Teredo.
    "::ffff:127.0.0.1",
    "::ffff:93.184.215.14",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::a00:1",
    "2002:7f00:1::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_the_public_internet_may_be_reached(address: str) -> None:
    assert may_connect(ip_address(address), is_vouched=False)
    assert may_connect(ip_address(address), is_vouched=True)


@pytest.mark.parametrize("address", INTERNAL)
def test_a_private_network_may_be_reached_only_where_the_operator_vouches_for_it(address: str) -> None:
    assert not may_connect(ip_address(address), is_vouched=False)
    assert may_connect(ip_address(address), is_vouched=True)


@pytest.mark.parametrize("address", NEVER)
def test_special_addresses_are_never_reached(address: str) -> None:
    assert not may_connect(ip_address(address), is_vouched=False)
    assert not may_connect(ip_address(address), is_vouched=True)
