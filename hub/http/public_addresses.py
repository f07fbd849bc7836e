"""Which addresses a message to a stranger's program may go to: those of the public internet, and no others.

Whoever names an address could otherwise let this machine ask for what only its own network may see: a router, a
database, the keys that a cloud hands to its machines.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# https://www.iana.org/assignments/iana-ipv4-special-registry
_OWN_V4 = tuple(map(IPv4Network, ("10.0.0.0/8", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")))
_NEVER_V4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",
            "169.254.0.0/16",  # link-local, and the metadata of most clouds
            "192.0.0.0/24",  # and the metadata of Oracle's cloud
            "192.0.2.0/24",
            "192.88.99.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
            "100.100.100.200/32",  # the metadata of Alibaba's cloud
            "168.63.129.16/32",  # what a machine of Azure asks for its keys; public by its number only
        ),
    )
)
# https://www.iana.org/assignments/iana-ipv6-special-registry; of the rest only 2000::/3 was ever given out.
_OWN_V6 = tuple(map(IPv6Network, ("::1/128", "fc00::/7")))
_GIVEN_OUT = IPv6Network("2000::/3")
_NEVER_V6 = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # Teredo, benchmarking, identifiers that lead nowhere
            "2001:db8::/32",
            "2002::/16",  # 6to4 carries any IPv4 address, and nobody needs it any more
            "3fff::/20",
            "fd00:ec2::/32",  # the metadata of Amazon's cloud
        ),
    )
)
_MAPPED = IPv6Network("::ffff:0:0/96")
_TRANSLATED = IPv6Network("64:ff9b::/96")  # NAT64: where a network has IPv6 alone, every IPv4 host looks so


def may_be_told(address: Address, *, allow_private: bool = False) -> bool:
    """Whether a message may go there; `allow_private` lets it go to one's own machines as well, never to metadata."""
    judged = as_reached(address)
    if isinstance(judged, IPv4Address):
        own, never = _lies_in(judged, _OWN_V4), _lies_in(judged, _NEVER_V4)
        return not never and (allow_private or not own)
    if _lies_in(judged, _NEVER_V6):
        return False
    return judged in _GIVEN_OUT or (allow_private and _lies_in(judged, _OWN_V6))


def as_reached(address: Address) -> Address:
    """The address that is reached by this one: an IPv6 address may only be a way of writing an IPv4 address."""
    if isinstance(address, IPv6Address) and (address in _MAPPED or address in _TRANSLATED):
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def _lies_in(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address in network for network in networks)
