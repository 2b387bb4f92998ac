"""A line to one Redis: asks at once, and waits for the answer as long as it may take.

A library's connection looks before it sends whether it may; each look gives up Python's lock, and
threads that all ask then spend more time on the lock than on the answer. To wait in a plain read
would save one more, but a local socket wakes whoever reads when the other side takes the question.
"""

from __future__ import annotations

import os
import socket
from typing import Any

import hiredis
import redis
from redis.exceptions import NoScriptError

ANSWER_BYTES = 4096


class Line:
    """Asks over a connection of the library's, which connects, signs in and finds the master.

    One thread at a time; whatever goes wrong closes the connection, and the next question opens
    it again.
    """

    def __init__(self, connection: Any, *, timeout_seconds: float) -> None:
        self._connection = connection
        self._timeout_seconds = timeout_seconds
        self._socket: socket.socket | None = None
        self._descriptor = -1
        self._reader = hiredis.Reader(replyError=redis.ResponseError)

    def ask(self, packed: bytes) -> Any:
        """Return the answer to one packed command, a text as bytes.

        Raises:
            redis.TimeoutError: no answer in time; whether the command arrived is open.
            redis.ConnectionError: no connection.
            redis.ResponseError: Redis would not; NoScriptError if it does not know the script.
        """
        link = self._socket
        if link is None or self._connection._sock is not link:
            link = self._open()
        try:
            if os.write(self._descriptor, packed) != len(packed):
                raise BlockingIOError
            answer = self._read(link)
        except (BlockingIOError, TimeoutError) as error:
            self.close()
            raise redis.TimeoutError("Redis did not answer in time.") from error
        except OSError as error:
            self.close()
            raise redis.ConnectionError(str(error)) from error
        if isinstance(answer, redis.ResponseError):
            if str(answer).startswith("NOSCRIPT"):
                raise NoScriptError(str(answer))
            self.close()  # it may no longer be the master
            raise answer
        return answer

    def close(self) -> None:
        self._connection.disconnect()
        self._socket = None

    def _open(self) -> socket.socket:
        self._connection.connect()
        link: socket.socket = self._connection._sock
        link.settimeout(self._timeout_seconds)
        self._socket, self._descriptor = link, link.fileno()
        self._reader = hiredis.Reader(replyError=redis.ResponseError)
        return link

    def _read(self, link: socket.socket) -> Any:
        while True:
            received = link.recv(ANSWER_BYTES)
            if not received:
                raise ConnectionResetError("Redis closed the connection.")
            self._reader.feed(received)
            answer = self._reader.gets()
            if answer is not False:  # not yet whole
                return answer


def can_carry(connection: Any) -> bool:
    """Say whether a connection's bytes are the kernel's: those of TLS are not."""
    return not isinstance(connection, redis.SSLConnection)
