"""Requests that nobody in his right mind would send, to every public address."""

import json
import string
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from django.urls import URLPattern, URLResolver, get_resolver
from hypothesis import strategies as st

METHODS = [
    "GET",
    "GET",
    "GET",
    "POST",
    "POST",
    "HEAD",
    "PUT",
    "DELETE",
    "OPTIONS",
    "PATCH",
    "TRACE",
]
# What has broken programs before, as bytes of an address or as values of fields.
NASTY = [
    *("", "0", "-1", "1", "9" * 30, "1e309", "NaN", "1.5", "٣", "²", "true", "null", "None"),
    *("\x00", "a\x00b", "\r\nX-A: b", "%", "%zz", "\\", "//", "..", "../../etc/passwd", "~"),
    *("'", "\"'><script>alert(1)</script>", "1' OR '1'='1", "{{7*7}}", "${7*7}", "%s%n"),
    *("\udcff", "\ud800", "é", "ﷺ" * 50, "🦆", "‮", "a" * 5000, "[]", "{}", "[1", "page", " "),
    *("2026-02-30", "24h", "7d", "99999d", "de", "xx", "-", "_", "*", "all", "xn--", "\t"),
]
PARAMETERS = [
    *("page", "before", "q", "window", "limit", "scope", "tag", "author", "language", "offset"),
    *(
        "order",
        "fields",
        "type",
        "search",
        "search_operator",
        "child_of",
        "descendant_of",
        "locale",
    ),
    *(
        "next",
        "token",
        "utm_source",
        "fbclid",
        "sort",
        "id",
        "ref",
        "loc",
        "reply",
        "section",
        "p",
    ),
    *("ancestor_of", "translation_of", "html_path", "created", "from", "to", "format", "cb", "m"),
]
HEADERS = [
    *("HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE", "HTTP_ACCEPT_ENCODING", "HTTP_IF_NONE_MATCH"),
    *("HTTP_IF_MODIFIED_SINCE", "HTTP_RANGE", "HTTP_COOKIE", "HTTP_REFERER", "HTTP_ORIGIN"),
    *("HTTP_USER_AGENT", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_AUTHORIZATION"),
    *("HTTP_SEC_FETCH_SITE", "HTTP_DNT", "HTTP_X_REQUEST_ID", "HTTP_X_REQUESTED_WITH"),
    *("HTTP_CONTENT_ENCODING", "HTTP_TRANSFER_ENCODING", "HTTP_EXPECT", "HTTP_FORWARDED"),
]
FIELDS = [
    *("id", "page", "ref", "loc", "auto", "seconds", "scroll", "name", "email", "text", "ticket"),
    *(
        "parent",
        "consent",
        "publish",
        "website",
        "next",
        "username",
        "password",
        "reason",
        "token",
    ),
    *("csrfmiddlewaretoken", "subscribe", "remember", "proof", "replies", "statement"),
]
CONTENT_TYPES = [
    *("application/json", "application/x-www-form-urlencoded", "text/plain", ""),
    *("multipart/form-data; boundary=x", "multipart/form-data", "application/json; charset=nix"),
]


@dataclass(frozen=True)
class Odd:
    """One request, as the server would hand it over."""

    method: str
    path: str
    query: str = ""
    body: bytes = b""
    content_type: str = ""
    headers: dict[str, str] = field(default_factory=dict)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape" if "\udcff" in text else "surrogatepass")


def on_the_wire(text: str) -> str:
    """Return text as WSGI spells it: its bytes, each as a character."""
    return _bytes(text).decode("latin-1")


values = st.one_of(
    st.sampled_from(NASTY), st.text(max_size=40), st.integers(-(2**70), 2**70).map(str)
)
json_values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.sampled_from(NASTY),
        st.uuids().map(str),
    ),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4)
    ),
    max_leaves=8,
)


def queries() -> st.SearchStrategy[str]:
    pairs = st.lists(st.tuples(st.sampled_from(PARAMETERS), values), max_size=4)
    well_formed = pairs.map(
        lambda found: "&".join(f"{name}={quote(_bytes(value))}" for name, value in found)
    )
    return st.one_of(st.just(""), well_formed, well_formed, values.map(on_the_wire))


def bodies() -> st.SearchStrategy[bytes]:
    form = st.dictionaries(st.sampled_from(FIELDS), values, max_size=6).map(
        lambda fields: "&".join(f"{n}={quote(_bytes(v))}" for n, v in fields.items()).encode()
    )
    as_json = st.dictionaries(st.sampled_from(FIELDS), json_values, max_size=6).map(
        lambda found: json.dumps(found).encode("utf-8", "surrogatepass")
    )
    any_json = json_values.map(lambda found: json.dumps(found).encode("utf-8", "surrogatepass"))
    deep = st.just(b"[" * 1500)
    return st.one_of(st.just(b""), form, as_json, as_json, any_json, st.binary(max_size=200), deep)


def odd_requests(addresses: list[str]) -> st.SearchStrategy[Odd]:
    """Return requests around the given addresses: as they are, bent, and with odd company."""
    return st.builds(
        Odd,
        method=st.sampled_from(METHODS),
        path=st.one_of(
            st.sampled_from(addresses),
            st.builds(bent, st.sampled_from(addresses), st.integers(0, 6), values),
        ).map(on_the_wire),
        query=queries(),
        body=bodies(),
        content_type=st.sampled_from(CONTENT_TYPES),
        headers=st.dictionaries(
            st.sampled_from(HEADERS),
            values.map(lambda value: on_the_wire(value).translate(_NO_LINES)),
            max_size=3,
        ),
    )


# A server never hands these over inside a header.
_NO_LINES = dict.fromkeys(map(ord, "\r\n\x00"))


def bent(address: str, place: int, value: str) -> str:
    """Return an address with one of its parts replaced."""
    parts = address.split("/")
    parts[1 + place % max(1, len(parts) - 1)] = value
    return "/".join(parts)


def environ(odd: Odd) -> dict[str, Any]:
    """Return what WSGI would say of the request."""
    from io import BytesIO

    length = odd.headers.get("CONTENT_LENGTH", str(len(odd.body)))
    return {
        "REQUEST_METHOD": odd.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": odd.path if odd.path.startswith("/") else f"/{odd.path}",
        "QUERY_STRING": odd.query,
        "CONTENT_TYPE": odd.content_type,
        "CONTENT_LENGTH": length,
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "192.0.2.7",
        "HTTP_HOST": "testserver",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(odd.body),
        "wsgi.errors": BytesIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        **odd.headers,
    }


def public_routes() -> list[str]:
    """Return an address for every route that is not the admin's, read from the routes."""
    found = set(_routes(get_resolver().url_patterns, ""))
    return sorted(address for address in found if not address.startswith("/admin"))


def _routes(patterns: list[Any], prefix: str) -> Iterator[str]:
    for pattern in patterns:
        spelled = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, spelled)
        elif isinstance(pattern, URLPattern):
            yield "/" + _filled(spelled)


def _filled(route: str) -> str:
    """Put something into a route's places: `<int:pk>`, or the group of an expression."""
    out, depth = [], 0
    for char in route:
        if char in "<(":
            depth += 1
            if depth == 1:
                out.append("1")
        elif char in ">)":
            depth -= 1
        elif not depth and char in string.ascii_letters + string.digits + "/_.-":
            out.append(char)
    return "".join(out).replace("//", "/")
