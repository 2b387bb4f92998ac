"""Log lines as JSON with the id of their request; no client address, no user agent."""

import json
import logging
import re
import secrets
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from celery import signals

request_id: ContextVar[str] = ContextVar("request_id", default="")
HEADER = "request_id"

_ACCEPTABLE = re.compile(r"[A-Za-z0-9._-]{8,64}")
# What every record carries by itself; the rest came with `extra`.
_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def new_request_id(given: str = "") -> str:
    """Return the id that a proxy gave, if it looks like one, else a random one."""
    return given if _ACCEPTABLE.fullmatch(given) else secrets.token_hex(8)


class WithRequestId(logging.Filter):
    """Adds the id of the request, or of the task, that the line belongs to."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get() or "-"
        return True


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message, request, and plain extras."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        for name, value in vars(record).items():
            # Django adds the request itself, which holds everything that must not be logged.
            if name not in _OWN and isinstance(value, str | int | float | bool):
                line[name] = value
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def connect() -> None:
    """Let a task's lines carry the id of the request that caused it."""
    signals.before_task_publish.connect(_on_publish, dispatch_uid="logs.publish")
    signals.task_prerun.connect(_on_task, dispatch_uid="logs.task")


def _on_publish(headers: dict[str, Any] | None = None, **kwargs: Any) -> None:
    if headers is not None and (current := request_id.get()):
        headers[HEADER] = current


def _on_task(task_id: str = "", task: Any = None, **kwargs: Any) -> None:
    request_id.set(getattr(getattr(task, "request", None), HEADER, None) or task_id)
