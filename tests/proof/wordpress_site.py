"""A WordPress of Debian's packages in a folder of its own, on a database server of its own.

Needs wordpress, mariadb-server, php-cli, php-mysql and php-xml.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WORDPRESS = Path("/usr/share/wordpress")
PROGRAMS = ("php", "mariadbd", "mariadb-install-db", "mariadb")
CONFIG = """<?php
define('DB_NAME', 'wordpress'); define('DB_USER', '{user}'); define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:{socket}'); define('DB_CHARSET', 'utf8mb4'); define('DB_COLLATE', '');
define('WP_CONTENT_DIR', '{folder}/wp-content'); define('DISABLE_WP_CRON', true);
define('WP_CONTENT_URL', 'https://alt.example/wp-content');
define('WP_HTTP_BLOCK_EXTERNAL', true);
{constants}
$table_prefix = 'wp_';
if (!defined('ABSPATH')) define('ABSPATH', '{folder}/');
require_once ABSPATH . 'wp-settings.php';
"""
# Mail goes nowhere.
NO_MAIL = "<?php function wp_mail() { return true; }"


def is_installed(*more: str) -> bool:
    return WORDPRESS.is_dir() and all(map(shutil.which, (*PROGRAMS, *more)))


@contextmanager
def running_wordpress(folder: Path, *, constants: str = "") -> Iterator[Path]:
    """Yield the folder of its files; `constants` is PHP for its configuration."""
    data, socket = folder / "data", folder / "db.sock"
    user = "mysql" if os.getuid() == 0 else os.environ.get("USER", "")
    if os.getuid() == 0:
        folder.chmod(0o755)
        shutil.chown(folder, "mysql")
    subprocess.run(
        ["mariadb-install-db", f"--datadir={data}", f"--user={user}", "--skip-test-db",
         "--auth-root-authentication-method=normal"],
        check=True, capture_output=True,
    )  # fmt: skip
    server = subprocess.Popen(
        ["mariadbd", "--no-defaults", f"--datadir={data}", f"--socket={socket}",
         f"--pid-file={folder}/db.pid", "--skip-networking", f"--user={user}"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait_for(socket)
        sql = "CREATE DATABASE wordpress CHARACTER SET utf8mb4"
        client = ["mariadb", "--no-defaults", f"--socket={socket}", "-uroot", "-e", sql]
        subprocess.run(client, check=True, capture_output=True)
        site = folder / "site"
        shutil.copytree(WORDPRESS, site, symlinks=False, ignore_dangling_symlinks=True)
        (site / "wp-content" / "mu-plugins").mkdir(parents=True, exist_ok=True)
        (site / "wp-content" / "mu-plugins" / "no_mail.php").write_text(NO_MAIL)
        config = CONFIG.format(user="root", socket=socket, folder=site, constants=constants)
        (site / "wp-config.php").write_text(config)
        yield site
    finally:
        server.terminate()
        server.wait(30)


def _wait_for(socket: Path) -> None:
    deadline = time.monotonic() + 60
    while not socket.exists():
        assert time.monotonic() < deadline
        time.sleep(0.1)
