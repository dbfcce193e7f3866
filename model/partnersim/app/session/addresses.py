"""Where students find the server: the addresses of this machine on its networks, found without asking anybody."""

from __future__ import annotations

import functools
import ipaddress
import socket
from collections.abc import Iterable
from urllib.parse import urlsplit

import segno

LOOPBACK = "127.0.0.1"
EVERYWHERE = ("0.0.0.0", "::", "")
ELSEWHERE = "192.0.2.1"
"""An address of no machine (RFC 5737): preparing to send there, which sends nothing, names the network that would be used."""


def is_local(host: str) -> bool:
    """Whether a server at this host answers this machine alone."""
    if host in EVERYWHERE:
        return False
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def here(host: str, port: int) -> str:
    """The address of the server for who sits at it."""
    if host in EVERYWHERE:
        host = LOOPBACK
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def addresses(host: str, port: int, known: Iterable[str] = ()) -> list[str]:
    """Addresses to give to students, the likeliest first; of this machine alone where the server answers no other.

    ``known``: addresses that the web framework has found.
    """
    if host not in EVERYWHERE:
        return [here(host, port)]
    found = [_towards(ELSEWHERE), *sorted(filter(None, (urlsplit(url).hostname for url in known)))]
    hosts = [one for one in dict.fromkeys(found) if one and one != "localhost" and _is_of_network(one)]
    return [f"http://{one}:{port}" for one in hosts] or [here(host, port)]


def _is_of_network(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return not (address.is_loopback or address.is_link_local or address.is_unspecified)


def _towards(there: str) -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((there, 9))
        except OSError:
            return ""
        return str(probe.getsockname()[0])


@functools.lru_cache(maxsize=40)
def qr(address: str) -> str:
    """A QR code of an address as SVG."""
    return str(segno.make(address, error="m").svg_inline(omitsize=True, border=2, dark="#000", light="#fff"))
