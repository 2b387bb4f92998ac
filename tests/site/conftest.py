"""A whole site as `manage.py serve` runs it, and a browser to look at it with."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
import redis
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "nur-fuer-diesen-Lauf"
START_SECONDS = 240
expect.set_options(timeout=20_000)
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-blink-features=AutomationControlled",  # readers drive themselves
]


@dataclass(frozen=True)
class LiveSite:
    """A running site: its address, its files, and the environment of its processes."""

    url: str
    var_dir: Path
    environment: dict[str, str]

    def manage(self, *arguments: str, timeout: float = 240) -> str:
        """Run a management command against this site and return what it printed."""
        result = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            # one site for all of them, so they stay in one process
            item.add_marker(pytest.mark.xdist_group("browser"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wait_until_alive(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{url}/health/live", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    pytest.fail(f"The site did not start:\n{log.read_text(errors='replace')[-4000:]}")


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    """An empty database of this run's own on the configured server; empty text for SQLite."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        yield ""
        return
    name = f"test_site_{secrets.token_hex(4)}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def site(database_url: str) -> Iterator[LiveSite]:
    """The demo newspaper with web server, worker, beat and Redis, all real."""
    var_dir = Path(tempfile.mkdtemp(prefix="redaktion-site-"))
    port = free_port()
    prefix = f"test-site-{secrets.token_hex(4)}"
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("DJANGO_", "PYTEST_"))
        and name not in {"DATABASE_URL", "VAR_DIR", "KEY_PREFIX", "SECRET_KEY", "DEMO", "PORT"}
    } | {
        "VAR_DIR": str(var_dir),
        "PORT": str(port),
        "HOST": "127.0.0.1",
        "ADMIN_PASSWORD": PASSWORD,
        "DEMO": "1",
        "KEY_PREFIX": prefix,
    }
    if database_url:
        environment["DATABASE_URL"] = database_url
    log = var_dir / "serve.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve"],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_alive(url, process, log)
        yield LiveSite(url, var_dir, environment)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)
        forget_keys(prefix)
        shutil.rmtree(var_dir, ignore_errors=True)


def forget_keys(prefix: str) -> None:
    """Delete this site's keys from a shared Redis, and no others."""
    url = os.environ.get("REDIS_URL")
    if not url:
        return
    with redis.Redis.from_url(url) as client:
        for pattern in (f"{prefix}*", f"{{{prefix}*"):
            for key in client.scan_iter(pattern, count=1000):
                client.delete(key)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if not path:
        if os.environ.get("CI"):
            pytest.fail("The browser tests need Debian's chromium.")
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A reader who has never been here."""
    context = chromium.new_context(locale="de-DE", viewport={"width": 1280, "height": 900})
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def sign_in(page: Page, site: LiveSite, username: str) -> None:
    page.goto(f"{site.url}/admin/login/")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url(f"{site.url}/admin/")
