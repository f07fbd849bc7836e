"""Webhooks go to the public internet alone, in whichever way an address is written."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.http.public_addresses import Address, as_reached, may_be_told

NEVER = [
    "0.0.0.0/8",
    "169.254.0.0/16",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "100.100.100.200/32",
    "168.63.129.16/32",
    "::/128",
    "64:ff9b:1::/48",
    "100::/64",
    "2001::/23",
    "2001:db8::/32",
    "2002::/16",
    "3fff::/20",
    "fd00:ec2::/32",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
]
OWN = ["10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7"]


def any_of(networks: list[str]) -> st.SearchStrategy[Address]:
    return st.one_of(
        *(
            st.integers(int(net.network_address), int(net.broadcast_address)).map(type(net.network_address))
            for net in map(ip_network, networks)
        )
    )


def written_otherwise(address: Address) -> list[Address]:
    """The ways in which IPv6 carries an IPv4 address."""
    if isinstance(address, IPv6Address):
        return [address]
    bits = int(address)
    prefixes = ["::ffff:0:0", "64:ff9b::", "::"]
    embedded = [IPv6Address(int(IPv6Address(prefix)) | bits) for prefix in prefixes]
    return [address, *embedded, IPv6Address((0x2002 << 112) | (bits << 80))]


@given(any_of(NEVER), st.booleans())
def test_what_leads_to_metadata_to_many_or_to_nobody_is_never_told(address: Address, allow_private: bool) -> None:
    for written in written_otherwise(address):
        assert not may_be_told(written, allow_private=allow_private)


@given(any_of(OWN))
def test_machines_of_ones_own_network_are_told_only_where_that_is_allowed(address: Address) -> None:
    for written in written_otherwise(address):
        assert not may_be_told(written)


@given(st.one_of(st.integers(0, 2**32 - 1).map(IPv4Address), st.integers(0, 2**128 - 1).map(IPv6Address)))
def test_whatever_is_told_is_global_for_python_as_well(address: Address) -> None:
    if may_be_told(address):
        reached = as_reached(address)

        assert reached.is_global
        assert not any((reached.is_multicast, reached.is_private, reached.is_reserved, reached.is_loopback))


@given(st.integers(0, 2**32 - 1).map(IPv4Address))
def test_an_ipv4_address_is_judged_alike_in_each_of_its_ipv6_forms(address: IPv4Address) -> None:
    mapped = IPv6Address(int(IPv6Address("::ffff:0:0")) | int(address))
    translated = IPv6Address(int(IPv6Address("64:ff9b::")) | int(address))

    assert may_be_told(address) == may_be_told(mapped) == may_be_told(translated)


@pytest.mark.parametrize(
    "text", ["1.1.1.1", "8.8.8.8", "93.184.215.14", "100.128.0.1", "2606:4700::1111", "2a00:1450:4001:80b::200e"]
)
def test_addresses_of_the_public_internet_are_told(text: str) -> None:
    assert may_be_told(ip_address(text))


@pytest.mark.parametrize("text", ["10.1.2.3", "127.0.0.1", "192.168.1.10", "100.64.0.9", "::1", "fd12::1"])
def test_ones_own_machines_are_told_where_the_settings_allow_it(text: str) -> None:
    assert may_be_told(ip_address(text), allow_private=True)
