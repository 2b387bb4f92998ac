import json
import logging
import sys

import pytest

from cms.operation import logs
from cms.operation.logs import JsonFormatter, WithRequestId, new_request_id
from tests.factories import make_home, make_user

ADDRESS, AGENT = "203.0.113.77", "Mozilla/5.0 (Erkennbar; Kurios) Chrome/1"


def record(**extra) -> logging.LogRecord:
    made = logging.makeLogRecord(
        {"name": "news", "levelname": "INFO", "msg": "Page %s", "args": (5,), "created": 0} | extra
    )
    WithRequestId().filter(made)
    return made


def test_a_line_is_one_object_with_plain_extras_only():
    line = JsonFormatter().format(record(event="done", count=2, request=object()))

    assert json.loads(line) == {
        "time": "1970-01-01T00:00:00.000+00:00",
        "level": "INFO",
        "logger": "news",
        "message": "Page 5",
        "event": "done",
        "count": 2,
        "request_id": "-",
    }


def test_an_exception_stays_in_its_line():
    try:
        raise ValueError("zwei\nZeilen")
    except ValueError:
        line = JsonFormatter().format(record(exc_info=sys.exc_info()))

    assert "\n" not in line
    assert "ValueError: zwei\nZeilen" in json.loads(line)["exception"]


@pytest.mark.parametrize("given", ["", "short", "a b c d e f g h", "x" * 65, "<script>alert"])
def test_an_id_that_looks_wrong_is_replaced(given):
    assert len(new_request_id(given)) == 16


def test_a_proxys_id_is_kept_and_told_back(client, db):
    response = client.get("/health/live", headers={"X-Request-ID": "from-proxy-1234"})

    assert response.headers["X-Request-ID"] == "from-proxy-1234"
    assert logs.request_id.get() == ""


def test_a_task_carries_the_id_of_its_request():
    token = logs.request_id.set("abcdefgh")
    headers = {}
    logs._on_publish(headers=headers)
    logs.request_id.reset(token)

    class Task:
        request = type("Request", (), headers)()

    before = logs.request_id.set("")
    logs._on_task(task_id="task-1", task=Task)
    assert logs.request_id.get() == "abcdefgh"
    logs.request_id.reset(before)


class Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.addFilter(WithRequestId())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(JsonFormatter().format(record))
        self.lines.append(logging.Formatter("%(message)s").format(record))


@pytest.fixture
def kept():
    handler, root = Kept(), logging.getLogger()
    root.addHandler(handler)
    level = root.level
    root.setLevel(logging.DEBUG)
    yield handler.lines
    root.setLevel(level)
    root.removeHandler(handler)


def test_no_line_tells_who_asked(client, db, settings, kept, monkeypatch):
    """Errors of every kind are provoked by a reader whose address and browser stand out."""
    settings.LOG_REQUESTS = True
    client.raise_request_exception = False
    make_home()
    make_user("jo")
    client.defaults |= {
        "REMOTE_ADDR": ADDRESS,
        "HTTP_USER_AGENT": AGENT,
        "HTTP_X_FORWARDED_FOR": ADDRESS,
    }
    settings.ROOT_URLCONF = "tests.cms.operation.breaking_urls"

    client.get("/gibt-es-nicht/")
    client.get("/bricht/")
    settings.ALLOWED_HOSTS = ["testserver"]
    client.get("/", headers={"Host": "boese.example"})
    client.post("/admin/login/", {"username": "jo", "password": "falsch"})
    client.post("/_/view", "{", content_type="text/plain")
    client.post("/_/comments/1/", {"text": "x"})
    client.enforce_csrf_checks = True
    client.handler.enforce_csrf_checks = True
    client.post("/admin/login/", {"username": "jo", "password": "falsch"})

    everything = "\n".join(kept)
    assert "eine Panne" in everything and "boese.example" in everything
    assert "request_answered" in everything
    assert ADDRESS not in everything
    assert "Erkennbar" not in everything
