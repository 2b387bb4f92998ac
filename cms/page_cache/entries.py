"""What is kept of a response: one rendering, ready to be sent plain or compressed."""

import gzip
import hashlib
import json
from dataclasses import dataclass, field

Headers = list[tuple[str, str]]


@dataclass(slots=True)
class Entry:
    """A rendered response; `clock` is the reading of the versions before it was rendered."""

    status: str
    headers: Headers
    body: bytes
    gzipped: bytes
    tags: tuple[str, ...]
    clock: int
    made_at: float
    # The clock at which this process last found every tag unchanged.
    checked_at: int = 0
    plain_headers: Headers = field(init=False)
    gzip_headers: Headers = field(init=False)
    etag: str = field(init=False)

    def __post_init__(self) -> None:
        self.etag = f'W/"{hashlib.blake2b(self.body, digest_size=12).hexdigest()}"'
        common = [*self.headers, ("ETag", self.etag), ("Vary", "Accept-Encoding")]
        self.plain_headers = [*common, ("Content-Length", str(len(self.body)))]
        self.gzip_headers = [
            *common,
            ("Content-Encoding", "gzip"),
            ("Content-Length", str(len(self.gzipped))),
        ]

    @property
    def size_bytes(self) -> int:
        return len(self.body) + len(self.gzipped) + 2048


def make(
    *, status: str, headers: Headers, body: bytes, tags: tuple[str, ...], clock: int, now: float
) -> Entry:
    """Return the entry of a rendering, compressed once."""
    return Entry(status, headers, body, gzip.compress(body, 6, mtime=0), tags, clock, now)


def pack(entry: Entry) -> bytes:
    """Return the entry as bytes for Redis: a line of JSON, then the compressed body."""
    facts = [entry.status, entry.headers, entry.tags, entry.clock, entry.made_at]
    return json.dumps(facts).encode() + b"\n" + entry.gzipped


def unpack(packed: bytes) -> Entry:
    facts, _, gzipped = packed.partition(b"\n")
    status, headers, tags, clock, made_at = json.loads(facts)
    return Entry(
        status=status,
        headers=[(name, value) for name, value in headers],
        body=gzip.decompress(gzipped),
        gzipped=gzipped,
        tags=tuple(tags),
        clock=clock,
        made_at=made_at,
    )
