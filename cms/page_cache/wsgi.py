"""The page cache in front of Django: what it answers itself and what it learns from answers."""

import threading
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

from django.conf import settings

from cms.operation.metrics import page_cache as outcomes
from cms.page_cache import front, hearing
from cms.page_cache.entries import Entry, Headers, best_encoding, make
from cms.page_cache.store import Store
from cms.page_cache.tags import TAGS_HEADER
from cms.page_cache.turns import WAIT_SECONDS, Turns

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

# Parameters that change a page's content; any other but tracking makes a request bypass.
KNOWN_PARAMETERS = frozenset({"before", "page"})
TRACKING_PARAMETERS = frozenset(
    {"fbclid", "gclid", "gbraid", "wbraid", "dclid", "msclkid", "twclid", "yclid", "igshid"}
    | {"mc_cid", "mc_eid", "pk_campaign", "pk_kwd", "mtm_campaign", "mtm_source", "ref"}
)
# A reader with one of these, or with a cookie whose name begins so, may see something of
# their own. The CSRF cookie is not among them: a cached page has no form that needs it.
OWN_COOKIES = frozenset({"messages"})
OWN_COOKIE_PREFIX = "redaktion_"
CACHEABLE_STATUS = ("200", "301", "404", "410")
LARGEST_BODY_BYTES = 1_000_000
# How long a CDN may keep a page and show it while it asks for a new one, together.
MOST_SHARED_SECONDS = 60
OWN_POLICY = "private, no-cache"
TAGS = TAGS_HEADER.lower()
# Of one answer only: its length, what a proxy must know, the request it belongs to.
NOT_KEPT = frozenset({"content-length", "vary", "x-request-id"})
# Counting in the file that a host's processes share takes longer than all the rest.
HITS_AT_ONCE = 256
OF_A_BODY = frozenset({"Content-Length", "Content-Encoding"})
COUNTERS = {name: outcomes.labels(name) for name in ("hit", "stale", "miss", "bypass")}


class Asked(NamedTuple):
    """A request that memory has no fresh answer to; `dropped` are its tracking parameters."""

    environ: Environ
    start_response: StartResponse
    key: str
    query: str
    dropped: str


class PageCache:
    """A WSGI application that answers tagged pages for anonymous readers from memory."""

    def __init__(self, application: Application, store: Store | None = None) -> None:
        self.application = application
        self.store = store or Store(
            fresh_seconds=settings.PAGE_CACHE_FRESH_SECONDS,
            stale_seconds=settings.PAGE_CACHE_STALE_SECONDS,
            hearing=hearing.of_this_process(),
        )
        self.policy = shared_policy(
            settings.PAGE_CACHE_FRESH_SECONDS, settings.PAGE_CACHE_STALE_SECONDS
        )
        self.turns = Turns()
        self._hits: list[None] = []
        self._counting = threading.Lock()
        self.own_cookies = OWN_COOKIES | {settings.SESSION_COOKIE_NAME}

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if (
            environ["REQUEST_METHOD"] == "GET"
            and not environ.get("QUERY_STRING")
            and "HTTP_COOKIE" not in environ
            and "HTTP_IF_NONE_MATCH" not in environ
            and (entry := self.store.find_fresh(key_of(environ, ""))) is not None
        ):
            form = entry.form(best_encoding(environ.get("HTTP_ACCEPT_ENCODING", "")))
            self._hits.append(None)
            if len(self._hits) >= HITS_AT_ONCE:
                self._count_hits()
            start_response(entry.status, form.hit_headers)
            return [form.body]
        self._count_hits()
        return self._answer(environ, start_response)

    def _count_hits(self) -> None:
        if self._hits and self._counting.acquire(blocking=False):
            try:
                count = len(self._hits)
                del self._hits[:count]
            finally:
                self._counting.release()
            COUNTERS["hit"].inc(count)

    def _answer(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        method = environ["REQUEST_METHOD"]
        if method not in ("GET", "HEAD") or environ["PATH_INFO"].startswith("/admin/"):
            return self.application(environ, start_response)
        query, dropped = environ.get("QUERY_STRING", ""), ""
        if query:
            normalised = normalise(query)
            if normalised is None:
                return self._pass_on(environ, start_response)
            query, dropped = normalised
        if "HTTP_COOKIE" in environ and self._is_own(environ["HTTP_COOKIE"]):
            return self._pass_on(environ, start_response)
        # Only addresses without a query are shared: nobody can fill Redis with invented ones.
        key, shared = key_of(environ, query), not query
        entry = self.store.find(key, shared=shared)
        if entry is not None and self.store.is_fresh(entry):
            return answer(entry, environ, start_response, "hit")
        if method == "HEAD":
            if entry is not None:
                return answer(entry, environ, start_response, "stale")
            return self._pass_on(environ, start_response)
        asked = Asked(environ, start_response, key, query, dropped)
        return self._rebuild(asked, entry) if entry is not None else self._build(asked)

    def _rebuild(self, asked: Asked, entry: Entry) -> Iterable[bytes]:
        """Render a page anew that has grown old; whoever else asks gets the old one."""
        environ, start_response, key = asked[:3]
        if self.turns.take(key) is not None:
            return answer(entry, environ, start_response, "stale")
        try:
            if not self.store.may_rebuild(key):
                return answer(entry, environ, start_response, "stale")
            try:
                return self._render(asked)
            finally:
                self.store.rebuilt(key)
        finally:
            self.turns.end(key)

    def _build(self, asked: Asked) -> Iterable[bytes]:
        """Render a page that nobody has; whoever else asks waits a moment for it."""
        key = asked.key
        if self.turns.is_hopeless(key):
            return self._render(asked)
        if running := self.turns.take(key):
            running.wait(WAIT_SECONDS)
        try:
            # Made meanwhile, unless it changed again or cannot be kept.
            entry = self.store.find(key, shared=False)
            if entry is not None:
                outcome = "hit" if self.store.is_fresh(entry) else "stale"
                return answer(entry, asked.environ, asked.start_response, outcome)
            return self._render(asked)
        finally:
            if running is None:
                self.turns.end(key)

    def _is_own(self, cookies: str) -> bool:
        names = (cookie.partition("=")[0].strip() for cookie in cookies.split(";"))
        return any(n in self.own_cookies or n.startswith(OWN_COOKIE_PREFIX) for n in names)

    def _pass_on(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Let Django answer this reader alone."""

        def start(status: str, headers: Headers, *rest: Any) -> Any:
            kept, tags = without_tags(headers)
            if tags:
                COUNTERS["bypass"].inc()
                kept.append(("X-Cache", "bypass"))
                if not has(kept, "cache-control"):
                    kept.append(("Cache-Control", OWN_POLICY))
            return start_response(status, kept, *rest)

        return self.application(environ, start)

    def _render(self, question: Asked) -> Iterable[bytes]:
        """Let Django answer; keep what is tagged, unless it changed meanwhile."""
        environ, start_response, key, query, dropped = question
        clock = self.store.read_clock()
        asked = dict(environ)
        asked["QUERY_STRING"] = query
        for name in ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_RANGE"):
            asked.pop(name, None)  # what is kept must be the whole page
        tagged: list[Any] = []
        instead: list[Entry] = []

        def start(status: str, headers: Headers, *rest: Any) -> Any:
            if status.startswith("5") and (old := self.store.find_last_resort(key)):
                instead.append(old)
                return _refuse_to_write
            kept, tags = without_tags(headers)
            if tags and is_cacheable(status, kept):
                if not has(kept, "cache-control"):
                    kept.append(("Cache-Control", self.policy))
                kept.extend(front.headers_of(tags))
                tagged.extend((status, kept, tags))
                return _refuse_to_write
            if dropped and status.startswith("3"):
                kept = [(n, with_query(v, dropped) if n == "Location" else v) for n, v in kept]
            return start_response(status, kept, *rest)

        parts = self.application(asked, start)
        self.turns.note(key, is_kept=bool(tagged))
        if not tagged and not instead:
            return parts
        body = joined(parts)
        if instead:
            return answer(instead[0], environ, start_response, "stale")
        status, headers, tags = tagged
        headers = [(n, v) for n, v in headers if n.lower() not in NOT_KEPT]
        now = self.store.clock()
        entry = make(
            status=status, headers=headers, body=body, tags=tags, clock=clock or 0, now=now
        )
        if clock is not None and len(body) <= LARGEST_BODY_BYTES:
            self.store.keep(key, entry, shared=not query)
        return answer(entry, environ, start_response, "miss")


def joined(parts: Iterable[bytes]) -> bytes:
    """Return a whole body, and close what it came from."""
    try:
        return b"".join(parts)
    finally:
        if close := getattr(parts, "close", None):
            close()


def normalise(query: str) -> tuple[str, str] | None:
    """Return the parameters that matter, sorted, and the tracking ones; None: do not cache."""
    known, tracking = [], []
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name in KNOWN_PARAMETERS:
            known.append((name, value))
        elif name.startswith("utm_") or name in TRACKING_PARAMETERS:
            tracking.append((name, value))
        else:
            return None
    return urlencode(sorted(known)), urlencode(tracking)


def key_of(environ: Environ, query: str) -> str:
    scheme = environ.get("HTTP_X_FORWARDED_PROTO")
    if scheme != "https":
        scheme = environ["wsgi.url_scheme"]
    return f"{scheme}://{environ.get('HTTP_HOST', '')}{environ['PATH_INFO']}?{query}"


def answer(
    entry: Entry, environ: Environ, start_response: StartResponse, outcome: str
) -> list[bytes]:
    """Send an entry: compressed if the reader can, or only the news that nothing changed."""
    COUNTERS[outcome].inc()
    form = entry.form(best_encoding(environ.get("HTTP_ACCEPT_ENCODING", "")))
    cache = ("X-Cache", outcome)
    wanted = environ.get("HTTP_IF_NONE_MATCH")
    if wanted and entry.etag.removeprefix("W/") in wanted:
        headers = [(n, v) for n, v in form.headers if n not in OF_A_BODY]
        start_response("304 Not Modified", [*headers, cache])
        return []
    start_response(entry.status, [*form.headers, cache])
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [form.body]


def shared_policy(fresh_seconds: int, stale_seconds: int) -> str:
    """Return how long caches that many readers share may keep a page; browsers always ask."""
    fresh = min(fresh_seconds, MOST_SHARED_SECONDS)
    stale = min(stale_seconds, MOST_SHARED_SECONDS - fresh)
    return f"public, max-age=0, s-maxage={fresh}, stale-while-revalidate={stale}"


def without_tags(headers: Headers) -> tuple[Headers, tuple[str, ...]]:
    """Return the headers that may leave the process, and the tags."""
    tags = next((value for name, value in headers if name.lower() == TAGS), "")
    return [(n, v) for n, v in headers if n.lower() != TAGS], tuple(tags.split())


def has(headers: Headers, wanted: str) -> bool:
    return any(name.lower() == wanted for name, _ in headers)


def is_cacheable(status: str, headers: Headers) -> bool:
    """Tell whether anybody may see this answer again."""
    if status[:3] not in CACHEABLE_STATUS:
        return False
    for name, value in headers:
        match name.lower():
            case "set-cookie" | "content-encoding":
                return False
            case "cache-control" if "private" in value or "no-store" in value:
                return False
            case "vary" if not _varies_harmlessly(value):
                return False
    return True


def _varies_harmlessly(vary: str) -> bool:
    """A request with a cookie of ours never gets here, so `Vary: Cookie` says nothing more."""
    return {part.strip().lower() for part in vary.split(",")} <= {"cookie", "accept-encoding"}


def with_query(address: str, query: str) -> str:
    """Return a redirect's target with the parameters that were kept from Django."""
    address, hash_sign, fragment = address.partition("#")
    joint = "&" if "?" in address else "?"
    return f"{address}{joint}{query}{hash_sign}{fragment}"


def _refuse_to_write(data: bytes) -> None:
    raise RuntimeError("Write through the returned iterable: this response is being cached.")
