"""A line to one Redis: asks and waits in two calls to the kernel, which keeps the time itself.

A library's socket polls before it sends and before it receives, and gives up Python's lock at each
of the four calls: threads that all ask then spend more time on the lock than on the answer.
"""

from __future__ import annotations

import os
import socket
import struct
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
        seconds, rest = divmod(timeout_seconds, 1)
        self._patience = struct.pack("ll", int(seconds), int(rest * 1_000_000))
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
        if self._socket is None or self._connection._sock is not self._socket:
            self._open()
        try:
            if os.write(self._descriptor, packed) != len(packed):
                raise BlockingIOError
            answer = self._read()
        except BlockingIOError as error:
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

    def _open(self) -> None:
        self._connection.connect()
        link: socket.socket = self._connection._sock
        link.settimeout(None)
        for patience in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            link.setsockopt(socket.SOL_SOCKET, patience, self._patience)
        self._socket, self._descriptor = link, link.fileno()
        self._reader = hiredis.Reader(replyError=redis.ResponseError)

    def _read(self) -> Any:
        while True:
            received = os.read(self._descriptor, ANSWER_BYTES)
            if not received:
                raise ConnectionResetError("Redis closed the connection.")
            self._reader.feed(received)
            answer = self._reader.gets()
            if answer is not False:  # not yet whole
                return answer


def can_carry(connection: Any) -> bool:
    """Say whether a connection's bytes are the kernel's: those of TLS are not."""
    return not isinstance(connection, redis.SSLConnection)
