import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.clients import network_of

PROXY = "10.0.0.1"


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:0db8:0001:0002:ffff::1", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("[2001:db8:1:2::9]:443", "2001:db8:1:2::"),
        ("203.0.113.7:5000", "203.0.113.7"),
        ("reader.example", "reader.example"),
        ("", ""),
    ],
)
def test_network_is_the_address_or_its_64(address, network):
    assert network_of({"REMOTE_ADDR": address}) == network


def forwarded(remote: str, header: str) -> str:
    return network_of({"REMOTE_ADDR": remote, "HTTP_X_FORWARDED_FOR": header})


def test_forwarded_for_is_not_believed_from_strangers(settings):
    settings.TRUSTED_PROXIES = []
    assert forwarded(PROXY, "198.51.100.1") == PROXY

    settings.TRUSTED_PROXIES = ["192.0.2.0/24"]
    assert forwarded(PROXY, "198.51.100.1") == PROXY


def test_forwarded_for_is_read_from_the_right_up_to_the_first_stranger(settings):
    settings.TRUSTED_PROXIES = ["10.0.0.0/8", "2001:db8:ffff::/48"]

    assert forwarded(PROXY, "198.51.100.1") == "198.51.100.1"
    assert forwarded(PROXY, "6.6.6.6, 198.51.100.1") == "198.51.100.1"
    assert forwarded(PROXY, "6.6.6.6, 198.51.100.1, 10.0.0.9") == "198.51.100.1"
    assert forwarded("2001:db8:ffff::1", "2001:db8:1:2:3::4") == "2001:db8:1:2::"
    assert forwarded(PROXY, "unknown") == PROXY
    assert forwarded(PROXY, "198.51.100.1, unknown, 10.0.0.9") == "10.0.0.9"
    assert forwarded(PROXY, "") == PROXY


@given(st.ip_addresses(v=6))
def test_network_of_ipv6_is_written_as_the_library_writes_it(address):
    upper_half = ipaddress.IPv6Address(int(address) >> 64 << 64)
    expected = address.ipv4_mapped or upper_half

    assert network_of({"REMOTE_ADDR": str(address)}) == str(expected)
