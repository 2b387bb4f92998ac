"""What is kept of a response: one rendering, in every form in which it has been asked for."""

import gzip
import hashlib
import json
from dataclasses import dataclass, field
from functools import lru_cache

import brotli

Headers = list[tuple[str, str]]

# As quick as gzip at its usual level, and a tenth smaller.
BROTLI_QUALITY = 5
GZIP_LEVEL = 6
# A page that is shown to readers with cookies of ours is another one.
VARY = ("Vary", "Accept-Encoding, Cookie")
HIT = ("X-Cache", "hit")


@dataclass(frozen=True, slots=True)
class Form:
    """A response as it is sent. Headers are handed out as they are: nobody may change them."""

    headers: Headers
    hit_headers: Headers
    body: bytes


@dataclass(slots=True)
class Entry:
    """A rendered response; `clock` is the reading of the versions before it was rendered."""

    status: str
    headers: Headers
    packed: bytes  # the body in Brotli: the form that is made first and shared
    length: int
    etag: str
    tags: tuple[str, ...]
    clock: int
    made_at: float
    # The clock at which this process last found every tag unchanged.
    checked_at: int = 0
    _forms: dict[str, Form] = field(default_factory=dict, compare=False)

    def form(self, encoding: str) -> Form:
        """Return the response in Brotli ("br"), gzip or plain (""); each is made once."""
        return self._forms.get(encoding) or self._make(encoding)

    def _make(self, encoding: str) -> Form:
        body = self.packed
        if encoding != "br":
            body = brotli.decompress(body)
        headers = [*self.headers, ("ETag", self.etag), VARY]
        if encoding == "gzip":
            body = gzip.compress(body, GZIP_LEVEL, mtime=0)
        if encoding:
            headers.append(("Content-Encoding", encoding))
        headers.append(("Content-Length", str(len(body))))
        form = self._forms[encoding] = Form(headers, [*headers, HIT], body)
        return form

    @property
    def size_bytes(self) -> int:
        """What it takes in memory once it was asked for in every form."""
        return self.length + 3 * len(self.packed) + 4096


def make(
    *, status: str, headers: Headers, body: bytes, tags: tuple[str, ...], clock: int, now: float
) -> Entry:
    """Return the entry of a rendering, compressed once."""
    return Entry(
        status=status,
        headers=headers,
        packed=brotli.compress(body, quality=BROTLI_QUALITY),
        length=len(body),
        etag=f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"',
        tags=tags,
        clock=clock,
        made_at=now,
    )


def pack(entry: Entry) -> bytes:
    """Return the entry as bytes for Redis: a line of JSON, then the compressed body."""
    facts = [entry.status, entry.headers, entry.length, entry.etag, entry.tags, entry.clock]
    return json.dumps([*facts, entry.made_at]).encode() + b"\n" + entry.packed


def unpack(packed: bytes) -> Entry:
    facts, _, body = packed.partition(b"\n")
    status, headers, length, etag, tags, clock, made_at = json.loads(facts)
    return Entry(
        status=status,
        headers=[(name, value) for name, value in headers],
        packed=body,
        length=length,
        etag=etag,
        tags=tuple(tags),
        clock=clock,
        made_at=made_at,
    )


@lru_cache(maxsize=512)
def best_encoding(accepted: str) -> str:
    """Return the best form that an `Accept-Encoding` allows: "br", "gzip" or plain ("")."""
    weights = {}
    for part in accepted.lower().split(","):
        name, _, weight = part.partition(";")
        weights[name.strip()] = weight.replace(" ", "").rstrip("0.") != "q="
    return next((name for name in ("br", "gzip") if weights.get(name, weights.get("*"))), "")
