"""The project's settings, in a world of its own: temporary files, a key prefix per process."""

import os
import secrets
import tempfile

_RUN = secrets.token_hex(4)
os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="redaktion-test-")
os.environ["KEY_PREFIX"] = f"test-{_RUN}"
os.environ.setdefault("SECRET_KEY", "only-for-tests")
os.environ.setdefault("DEMO", "0")

from cms.settings import *  # noqa: E402, F403
from cms.settings import DATABASES, KEY_PREFIX, STORAGES, VAR_DIR  # noqa: E402

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
else:
    DATABASES["default"]["TEST"] = {"NAME": f"test_redaktion_{_RUN}"}
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_TASK_ALWAYS_EAGER = False
MAIL_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"
ANALYTICS_FEEDS_FROM_WEB = False
ANALYTICS_REDIS_TIMEOUT_MS = 1000  # a busy machine is no silent Redis
SITE_URL = "http://testserver"
assert KEY_PREFIX.startswith("test-")
