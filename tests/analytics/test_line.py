import os
import socket
from collections.abc import Iterator

import pytest
import redis
from django.conf import settings
from hiredis import pack_command
from redis.exceptions import NoScriptError

from analytics.line import ANSWER_BYTES, Line, can_carry
from cms import redis_addresses


def a_line(timeout_seconds: float) -> Line:
    client = redis_addresses.connect(str(settings.REDIS_URL), socket_timeout=1, protocol=2)
    if not isinstance(client, redis.Redis):
        pytest.skip("A cluster's client finds the node by itself.")
    return Line(client.client().connection, timeout_seconds=timeout_seconds)


@pytest.fixture
def line(counting) -> Iterator[Line]:
    line = a_line(1.0)
    yield line
    line.close()


def ask(line: Line, *command: object) -> object:
    return line.ask(pack_command(command))


def test_answers_come_whole_however_long_they_are(line, counting):
    text = os.urandom(3 * ANSWER_BYTES)

    assert ask(line, "ECHO", b"here") == b"here"
    assert ask(line, "ECHO", text) == text
    assert ask(line, "ECHO", b"") == b""


def test_a_script_that_is_not_known_has_an_error_of_its_own(line, counting):
    with pytest.raises(NoScriptError):
        ask(line, "EVALSHA", "0" * 40, 0)

    assert ask(line, "ECHO", b"still here") == b"still here"


def test_a_refusal_is_raised_and_the_line_opened_again(line, counting):
    with pytest.raises(redis.ResponseError, match="unknown command"):
        ask(line, "NONSENSE")

    assert ask(line, "ECHO", b"here again") == b"here again"


def test_a_line_that_was_cut_is_opened_again(line, counting):
    number = ask(line, "CLIENT", "ID")
    counting.client_kill_filter(_id=number, skipme=False)

    with pytest.raises(redis.ConnectionError):
        ask(line, "ECHO", b"into the void")

    assert ask(line, "ECHO", b"here again") == b"here again"


def test_silence_is_given_up_after_its_time(counting):
    line = a_line(0.05)

    with pytest.raises(redis.TimeoutError):
        ask(line, "BLPOP", f"{settings.KEY_PREFIX}:nothing", 1)

    assert ask(line, "ECHO", b"here again") == b"here again"
    line.close()


def test_nobody_there_is_a_connection_error():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    line = Line(redis.Connection(host="127.0.0.1", port=port), timeout_seconds=0.05)

    with pytest.raises(redis.ConnectionError):
        ask(line, "ECHO", b"anybody")


def test_only_what_the_kernel_carries_is_a_line():
    assert can_carry(redis.Connection())
    assert can_carry(redis.UnixDomainSocketConnection())
    assert not can_carry(redis.SSLConnection())
