"""A cached article beside WordPress behind nginx's FastCGI cache, both on this machine.

Needs Debian's packages wordpress with wordpress-theme-twentytwentythree (without a theme its pages
are empty), mariadb-server, php-fpm, php-mysql and nginx; says so without.
"""

import gzip
import http.client
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from email.message import Message
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from tests.bench.bench_page_cache import make_pages, record
from tests.bench.web import HEADERS, NoLoad, load, served
from tests.bench.world import bench_world, report
from tests.proof.wordpress_site import is_installed, running_wordpress

ROUNDS = 3
FPM = """[global]
error_log = {folder}/fpm.log
daemonize = no
[www]
user = {user}
group = {user}
listen = {folder}/fpm.sock
listen.mode = 0666
php_admin_flag[zlib.output_compression] = on
pm = static
pm.max_children = 8
"""
# Two workers, as ours. PHP compresses and nginx keeps that: itself it would do so for each reader.
NGINX = """user {user};
worker_processes 2;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ worker_connections 1024; }}
http {{
    include /etc/nginx/mime.types;
    access_log off;
    gzip off;
    sendfile on;
    keepalive_requests 1000000;
    fastcgi_cache_path {folder}/cache keys_zone=pages:10m;
    fastcgi_temp_path {folder}/temp;
    client_body_temp_path {folder}/body;
    server {{
        listen 127.0.0.1:{port};
        root {site};
        index index.php;
        location / {{ try_files $uri /index.php?$args; }}
        location ~ \\.php$ {{
            include /etc/nginx/fastcgi.conf;
            fastcgi_param HTTP_HOST 127.0.0.1:{port};
            fastcgi_pass unix:{folder}/fpm.sock;
            fastcgi_cache pages;
            fastcgi_cache_key $scheme$request_uri$http_accept_encoding;
            fastcgi_cache_valid 200 10m;
            fastcgi_ignore_headers Cache-Control Expires Set-Cookie;
            fastcgi_no_cache $arg_uncached;
            fastcgi_cache_bypass $arg_uncached;
            add_header X-Cache $upstream_cache_status;
        }}
    }}
}}
"""


def fpm() -> str:
    """Return the path of PHP's FastCGI server; Debian's carries its version in the name."""
    return next(map(str, sorted(Path("/usr/sbin").glob("php-fpm*"))), "")


@contextmanager
def wordpress(folder: Path, text: str) -> Iterator[str]:
    """Yield the address of an article in WordPress, behind nginx."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    user = "www-data" if os.getuid() == 0 else os.environ["USER"]
    constants = f"define('WP_HOME', '{url}'); define('WP_SITEURL', '{url}');"
    with ExitStack() as stack:
        site = stack.enter_context(running_wordpress(folder, constants=constants))
        (folder / "text.html").write_text(text, encoding="utf-8")
        script = Path(__file__).with_name("wordpress_article.php")
        made = subprocess.run(
            ["php", str(script), str(site), str(folder / "text.html")],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
        for name, template in (("fpm.conf", FPM), ("nginx.conf", NGINX)):
            filled = template.format(folder=folder, site=site, port=port, user=user)
            (folder / name).write_text(filled)
        for command in (
            [fpm(), "--fpm-config", str(folder / "fpm.conf")],
            [str(shutil.which("nginx")), "-c", str(folder / "nginx.conf")],
        ):
            process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
            stack.callback(process.wait, 30)
            stack.callback(process.terminate)
        address = url + made.stdout.strip()
        _wait_until_cached(address, beginning=text[:40])
        yield address


class Answer(NamedTuple):
    """What a browser is sent; the load asks in the same words."""

    status: int
    headers: Message
    content: bytes

    def __str__(self) -> str:
        encoding = self.headers["Content-Encoding"] or "not compressed"
        return f"{len(self.content) / 1000:.1f} kB, {encoding}"


def ask(url: str) -> Answer:
    parts = urlsplit(url)
    headers = dict(line.split(": ", 1) for line in HEADERS[1::2])
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}", headers=headers)
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


def _wait_until_cached(url: str, *, beginning: str) -> None:
    """Return once nginx answers with the article: compressed, from its cache, and not empty."""
    deadline = time.monotonic() + 60
    while True:
        assert time.monotonic() < deadline, "WordPress does not answer from the cache."
        try:
            answer = ask(url)
        except OSError:
            time.sleep(0.2)
            continue
        if answer.status == 200 and answer.headers["X-Cache"] == "HIT":
            page = gzip.decompress(answer.content).decode()
            assert beginning in page, "WordPress shows no article: is its theme installed?"
            return
        time.sleep(0.1)


def measure(article: Any, folder: Path) -> None:
    paragraphs = [block.value.source for block in article.body if block.block_type == "text"]
    path = article.get_url()
    rates = {"ours": 0.0, "theirs": 0.0}
    database = folder / "wordpress"
    database.mkdir()
    with served("cms.wsgi:application") as site, wordpress(database, "".join(paragraphs)) as url:
        record(site, path, folder)
        # By turns, so that a busy moment of the machine meets both.
        for _ in range(ROUNDS):
            rates["theirs"] = max(rates["theirs"], load(url).rate)
            rates["ours"] = max(rates["ours"], load(site.url(path)).rate)
        uncached = load(url + "&uncached=1").rate
        sizes = {"theirs": str(ask(url)), "ours": str(ask(site.url(path)))}
    report(
        "WordPress behind nginx's FastCGI cache",
        f"{rates['theirs']:,.0f} pages/s of {sizes['theirs']}",
    )
    report("the same, nothing cached", f"{uncached:,.0f} pages/s")
    ratio = f"{rates['ours'] / rates['theirs']:.2f} x theirs"
    report(
        "cached article here",
        f"{rates['ours']:,.0f} pages/s of {sizes['ours']}",
        ratio=ratio,
        target="1 x theirs",
    )


def main() -> None:
    if not is_installed("nginx") or not fpm():
        report("WordPress behind nginx's FastCGI cache", "not installed",
               target="needs Debian's packages: see tests/bench/bench_wordpress.py")  # fmt: skip
        return
    os.environ |= {"SITE_URL": "http://testserver", "PAGE_CACHE_FRESH_SECONDS": "300"}
    with bench_world(), tempfile.TemporaryDirectory() as folder:
        from django.conf import settings
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        os.environ["REDIS_URL"] = settings.REDIS_URL
        Path(folder).chmod(0o755)
        try:
            measure(make_pages(), Path(folder))
        except NoLoad as error:
            report("cached article here", "not measured", target=str(error))


if __name__ == "__main__":
    main()
