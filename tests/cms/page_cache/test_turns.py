"""Many real threads that miss one page at once."""

import threading
import time
from collections import Counter
from collections.abc import Callable

import pytest

from cms.page_cache.tags import invalidate_now
from cms.page_cache.turns import MOST_HOPELESS, Turns
from tests.cms.page_cache.site import Answer, Process, Site

pytestmark = pytest.mark.usefixtures("clean_redis")
READERS = 8


def ask_at_once(
    process: Process, count: int = READERS, answers: list[Answer | str] | None = None
) -> list[Answer | str]:
    """Return what so many threads are answered; the words of an error where there is one."""
    answers = answers if answers is not None else []
    start = threading.Barrier(count)

    def ask() -> None:
        start.wait(10)
        try:
            answers.append(process.get())
        except RuntimeError as error:
            answers.append(str(error))

    threads = [threading.Thread(target=ask) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def said(answers: list[Answer | str]) -> Counter[str | None]:
    return Counter(one if isinstance(one, str) else one.cache for one in answers)


def wait_for(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.005)


def slowly(seconds: float = 0.1) -> Callable[[], None]:
    return lambda: time.sleep(seconds)


def test_a_page_that_nobody_has_is_rendered_once() -> None:
    site = Site(while_rendering=slowly())

    assert said(ask_at_once(Process(site))) == {"miss": 1, "hit": READERS - 1}
    assert site.renderings == 1


def test_a_page_that_was_dropped_is_rendered_once_and_the_old_one_is_never_seen() -> None:
    site = Site(body=b"alt")
    process = Process(site)
    process.get()
    for number in range(3):
        site.body, site.renderings, site.while_rendering = b"neu %d" % number, 0, slowly()
        invalidate_now(["page:1"])
        process.store.read_clock()  # now it knows

        answers = ask_at_once(process)

        assert {one.body for one in answers if isinstance(one, Answer)} == {site.body}
        assert (len(answers), site.renderings) == (READERS, 1)


def test_what_changes_while_it_is_rendered_is_rendered_by_whoever_waited() -> None:
    site = Site(body=b"alt")
    process = Process(site)
    first = threading.Event()

    def change() -> None:
        if not first.is_set():
            first.set()
            time.sleep(0.1)
            site.body = b"neu"
            invalidate_now(["page:1"])
            process.store.read_clock()

    site.while_rendering = change
    answers = ask_at_once(process)

    assert len(answers) == READERS
    assert {one.body for one in answers if isinstance(one, Answer)} == {b"neu"}


def test_of_those_who_find_it_old_one_renders_and_nobody_waits() -> None:
    site = Site()
    process = Process(site, fresh_seconds=10)
    process.get()
    process.clock.passed += 11
    answers: list[Answer | str] = []
    site.while_rendering = lambda: wait_for(lambda: len(answers) == READERS - 1)

    ask_at_once(process, answers=answers)

    assert said(answers) == {"miss": 1, "stale": READERS - 1}


def test_for_what_cannot_be_kept_nobody_waits_a_second_time() -> None:
    at_once = Counter[str]()
    lock = threading.Lock()

    def render() -> None:
        with lock:
            at_once["now"] += 1
            at_once["most"] = max(at_once["most"], at_once["now"])
        time.sleep(0.2)
        with lock:
            at_once["now"] -= 1

    site = Site(tags="", while_rendering=render)
    process = Process(site)
    process.get()

    assert said(ask_at_once(process)) == {None: READERS}
    assert site.renderings == READERS + 1
    assert at_once["most"] > 1


def test_a_rendering_that_fails_leaves_the_others_their_turn() -> None:
    site = Site()
    process = Process(site)
    failures = iter([True])

    def fail_once() -> None:
        time.sleep(0.05)
        if next(failures, False):
            raise RuntimeError("template broke")

    site.while_rendering = fail_once
    answers = said(ask_at_once(process))

    assert answers["template broke"] == 1
    assert sum(answers.values()) == READERS
    assert process.get().cache == "hit"


def test_who_waited_long_enough_renders_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cms.page_cache.wsgi.WAIT_SECONDS", 0.02)
    site = Site(while_rendering=slowly(0.3))

    assert said(ask_at_once(Process(site), 3)) == {"miss": 3}


def test_what_is_remembered_as_hopeless_has_a_limit() -> None:
    turns = Turns()
    for number in range(MOST_HOPELESS + 10):
        turns.note(str(number), is_kept=False)

    assert [turns.is_hopeless(str(number)) for number in (9, 10, MOST_HOPELESS)] == [
        *(False, True, True),
    ]
    turns.note("10", is_kept=True)
    assert not turns.is_hopeless("10")
