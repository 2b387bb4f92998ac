"""The floor of a cached page: a server that sends the same bytes and does nothing else."""

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

_recorded = Path(os.environ["BENCH_PAGE"])
status, headers = json.loads(_recorded.with_suffix(".json").read_text())
headers = [(name, value) for name, value in headers]
body = _recorded.read_bytes()


def application(_environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response(status, headers)
    return [body]
