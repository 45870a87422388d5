"""Which addresses may be reached: the table, and its agreement with what Python believes to be global."""

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alertd.net.address import PUBLIC, AddressPolicy, refusal

INSIDE = AddressPolicy(private=True)


@pytest.mark.parametrize("ip", ["8.8.8.8", "93.184.216.34", "2606:2800:220:1::1", "::ffff:8.8.8.8", "192.0.1.1"])
def test_public_addresses_may_be_reached(ip: str) -> None:
    assert refusal(ip) is None


@pytest.mark.parametrize(
    ("ip", "name"),
    [
        ("127.0.0.1", "a loopback address"),
        ("127.255.255.254", "a loopback address"),
        ("::1", "a loopback address"),
        ("::ffff:127.0.0.1", "a loopback address"),
        ("10.0.0.5", "a private address"),
        ("172.31.255.255", "a private address"),
        ("192.168.1.1", "a private address"),
        ("100.64.0.1", "a private address"),
        ("198.18.0.1", "a private address"),
        ("fd12:3456::1", "a private address"),
        ("fec0::1", "a private address"),
        ("::ffff:10.0.0.5", "a private address"),
    ],
)
def test_addresses_inside_the_house_need_allow_private(ip: str, name: str) -> None:
    assert str(refusal(ip)).startswith(name)
    assert str(refusal(ip)).endswith("set allow_private to permit it")
    assert refusal(ip, INSIDE) is None


@pytest.mark.parametrize(
    ("ip", "name"),
    [
        ("169.254.169.254", "a cloud metadata address"),
        ("::ffff:169.254.169.254", "a cloud metadata address"),
        ("100.100.100.200", "a cloud metadata address"),
        ("168.63.129.16", "a cloud metadata address"),
        ("fd00:ec2::254", "a cloud metadata address"),
        ("169.254.1.1", "a link-local address"),
        ("fe80::1", "a link-local address"),
        ("fe80::1%eth0", "a link-local address"),
        ("0.0.0.0", "the unspecified address"),
        ("0.1.2.3", "the unspecified address"),
        ("::", "the unspecified address"),
        ("224.0.0.1", "a multicast address"),
        ("239.255.255.250", "a multicast address"),
        ("ff02::1", "a multicast address"),
        ("64:ff9b::7f00:1", "a NAT64 address"),
        ("64:ff9b::a9fe:a9fe", "a NAT64 address"),  # the metadata service behind a translator
        ("64:ff9b:1::7f00:1", "a NAT64 address"),
        ("2002:7f00:1::", "a 6to4 address"),
        ("192.88.99.1", "a 6to4 address"),
        ("2001:0:7f00:1::", "a Teredo address"),
        ("192.0.2.1", "a documentation address"),
        ("2001:db8::1", "a documentation address"),
        ("192.0.0.8", "a reserved address"),
        ("255.255.255.255", "a reserved address"),
        ("240.0.0.1", "a reserved address"),
        ("::127.0.0.1", "a reserved address"),
        ("::8.8.8.8", "a reserved address"),
        ("::ffff:0:7f00:1", "a reserved address"),  # IPv4-translated (RFC 2765)
        ("fe80::5efe:7f00:1", "a link-local address"),  # ISATAP (RFC 5214)
        ("100::1", "a reserved address"),
        ("4000::1", "a reserved address"),
    ],
)
def test_some_addresses_are_never_permitted(ip: str, name: str) -> None:
    for policy in (PUBLIC, INSIDE, AddressPolicy.of(["0.0.0.0/0", "::/0"])):
        assert str(refusal(ip, policy)).startswith(name)
        assert str(refusal(ip, policy)).endswith("which is never permitted")


def test_a_list_permits_only_the_networks_it_names() -> None:
    policy = AddressPolicy.of(["10.1.0.0/16", "127.0.0.1/32", "fd00:1::/32"])
    assert refusal("10.1.2.3", policy) is None
    assert refusal("::ffff:10.1.2.3", policy) is None
    assert refusal("fd00:1::7", policy) is None
    assert refusal("10.2.0.1", policy) == "a private address (10.2.0.1), which allow_private does not list"
    assert refusal("127.0.0.2", policy) == "a loopback address (127.0.0.2), which allow_private does not list"
    assert refusal("8.8.8.8", policy) is None


def test_an_empty_list_permits_nothing_inside() -> None:
    assert refusal("127.0.0.1", AddressPolicy.of([])) is not None


def test_what_is_no_address_is_refused() -> None:
    assert refusal("localhost") == "something that is not an IP address"
    assert refusal("") == "something that is not an IP address"


def test_equal_policies_are_one_key() -> None:
    assert hash(AddressPolicy.of(["10.0.0.0/8"])) == hash(AddressPolicy.of(["10.0.0.0/8"]))
    assert AddressPolicy.of(["10.0.0.0/8"]) != AddressPolicy.of(["10.0.0.0/9"])


def test_a_bad_network_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="host bits"):
        AddressPolicy.of(["10.0.0.1/8"])


@given(st.integers(0, 2**32 - 1).map(IPv4Address) | st.integers(0, 2**128 - 1).map(IPv6Address))
def test_nothing_that_python_calls_private_is_ever_public(ip: IPv4Address | IPv6Address) -> None:
    mapped = ip.ipv4_mapped if isinstance(ip, IPv6Address) else None
    if not (mapped or ip).is_global:
        assert refusal(ip) is not None


@given(st.integers(0, 2**32 - 1).map(IPv4Address))
def test_a_mapped_address_is_judged_like_the_address_itself(ip: IPv4Address) -> None:
    assert refusal(f"::ffff:{ip}") == refusal(ip)
