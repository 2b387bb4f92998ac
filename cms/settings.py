"""Every setting of the project, read from the environment; README has the table."""

from pathlib import Path
from zoneinfo import available_timezones

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from cms import environment as env
from cms import front_cache, media, production, redis_addresses
from cms.outbox import mail_server

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.text("VAR_DIR", "var"))
if not VAR_DIR.is_absolute():
    VAR_DIR = BASE_DIR / VAR_DIR

# Core
PRODUCTION = env.boolean("PRODUCTION", False)
DEBUG = env.boolean("DEBUG", False)
DEMO = env.boolean("DEMO", True) and not PRODUCTION
HOST = env.text("HOST", "127.0.0.1")
PORT = env.integer("PORT", 8000, at_least=1)
if PRODUCTION and (missing := production.missing()):
    raise ImproperlyConfigured("\n- ".join(["This is not ready for PRODUCTION=1:", *missing]))
SECRET_KEY = env.text("SECRET_KEY") or env.kept_secret(VAR_DIR / "secret_key")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "*")
SITE_URL = env.text("SITE_URL", f"http://{'127.0.0.1' if HOST == '0.0.0.0' else HOST}:{PORT}")
CSRF_TRUSTED_ORIGINS = [SITE_URL] if SITE_URL.startswith("https://") else []
WEB_WORKERS = env.integer("WEB_WORKERS", 2, at_least=1)
WEB_THREADS = env.integer("WEB_THREADS", 4, at_least=1)
WORKER_PROCESSES = env.integer("WORKER_PROCESSES", 2, at_least=1)
ROOT_URLCONF = "cms.urls"
WSGI_APPLICATION = "cms.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "cms.User"

INSTALLED_APPS = [
    "home",
    "news",
    "news.comments",
    "news.consent",
    "news.wordpress",
    "news.staff_reports",
    "analytics",
    "cms.page_cache",
    "cms.outbox",
    "cms.operation",
    "cms",
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.routable_page",
    "wagtail.contrib.settings",
    "wagtail.contrib.simple_translation",
    "wagtail.contrib.typed_table_block",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail.locales",
    "wagtail.api.v2",
    "wagtail",
    "modelcluster",
    "taggit",
    "rest_framework",
    "csp",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.sitemaps",
]

MIDDLEWARE = [
    "cms.operation.middleware.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "cms.middleware.SecurityHeadersMiddleware",
    "cms.middleware.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "cms.middleware.LanguageFromPathMiddleware",
    "cms.middleware.AddressMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "cms.signing_in.middleware.SecondFactorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "cms.page_sight.PageSightMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wagtail.contrib.settings.context_processors.settings",
            ],
        },
    }
]

# Database
DATABASE_URL = env.text("DATABASE_URL", f"sqlite:///{VAR_DIR / 'redaktion.sqlite3'}")
# A connection that a restart of the database has cut is noticed before it is used.
try:
    DATABASES = {
        "default": dj_database_url.parse(DATABASE_URL, conn_max_age=60, conn_health_checks=True)
    }
except ValueError as error:
    raise ImproperlyConfigured(
        "DATABASE_URL must be postgres://user:password@host/name, with special characters as %XX."
    ) from error
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    VAR_DIR.mkdir(parents=True, exist_ok=True)
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=20000; "
            "PRAGMA cache_size=-32000;"
        ),
    }
else:
    # A server whose machine is gone says nothing, and the kernel would wait for it for minutes.
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 5,
        "keepalives_idle": 30,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 45_000,
        **DATABASES["default"].get("OPTIONS", {}),
    }

# Redis: the embedded server's socket unless told otherwise
EMBEDDED_REDIS_SOCKET = redis_addresses.embedded_socket(VAR_DIR)
REDIS_URL = env.text("REDIS_URL", f"unix://{EMBEDDED_REDIS_SOCKET}")
CACHE_URL = env.text("CACHE_URL", REDIS_URL)
BROKER_URL = env.text("BROKER_URL", REDIS_URL)
redis_addresses.check(REDIS_URL=REDIS_URL, CACHE_URL=CACHE_URL, BROKER_URL=BROKER_URL)
KEY_PREFIX = env.text("KEY_PREFIX", "redaktion")
CACHES = {
    "default": {
        "BACKEND": "cms.cache.SharedRedisCache",
        "LOCATION": [CACHE_URL],
        "KEY_PREFIX": f"{KEY_PREFIX}:cache",
        "OPTIONS": {
            "pool_class": "cms.redis_addresses.AddressPool",
            **redis_addresses.quickly(CACHE_URL, seconds=0.5),
        },
    }
}
PAGE_CACHE_FRESH_SECONDS = env.integer("PAGE_CACHE_FRESH_SECONDS", 30)
PAGE_CACHE_STALE_SECONDS = env.integer("PAGE_CACHE_STALE_SECONDS", 30)
# A CDN or reverse proxy before the site: http://varnish:6081 (with xkey) or cloudflare:ZONE
WAGTAILFRONTENDCACHE = front_cache.backends(
    env.text("FRONT_CACHE"), token=env.text("FRONT_CACHE_TOKEN")
)

# Celery
CELERY_BROKER_URL = redis_addresses.for_celery(BROKER_URL)
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "global_keyprefix": f"{KEY_PREFIX}:celery:",
    **redis_addresses.celery_options(BROKER_URL),
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "upkeep"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"

# Language, time, passwords
LANGUAGE_CODE = "de"
LANGUAGES = WAGTAIL_CONTENT_LANGUAGES = [("de", _("German")), ("en", _("English"))]
WAGTAILADMIN_PERMITTED_LANGUAGES = [("de", "Deutsch"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "cms" / "locale"]
USE_I18N = True
WAGTAIL_I18N_ENABLED = True
USE_TZ = True
TIME_ZONE = env.one_of("TIME_ZONE", "Europe/Berlin", available_timezones())
# Debian knows more, such as `localtime`, at which browsers stumble.
WAGTAIL_USER_TIME_ZONES = sorted({"UTC", *(z for z in available_timezones() if "/" in z)})
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in {
        "UserAttributeSimilarityValidator": {},
        "MinimumLengthValidator": {"min_length": 12},
        "CommonPasswordValidator": {},
        "NumericPasswordValidator": {},
    }.items()
]

# Files
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "cms" / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "cms.stylesheet.StylesheetFinder",
]
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
# Where browsers find pictures if they lie in a bucket, and the host that pages name then
MEDIA_PUBLIC_URL, MEDIA_ORIGINS = media.public_url(), media.origins()
STORAGES = {
    "default": media.storage(),
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}
FORMS_URLFIELD_ASSUME_HTTPS = True  # as from Django 6.0
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

# Wagtail
WAGTAIL_SITE_NAME = env.text("SITE_NAME", "Redaktion")
WAGTAILADMIN_BASE_URL = SITE_URL
WAGTAILIMAGES_IMAGE_MODEL = "news.NewsImage"
WAGTAILIMAGES_IMAGE_FORM_BASE = "news.admin.images.NewsImageForm"
WAGTAILIMAGES_EXTENSIONS = ["gif", "jpg", "jpeg", "png", "webp", "avif"]
WAGTAILIMAGES_MAX_IMAGE_PIXELS = 60_000_000
WAGTAILIMAGES_MAX_UPLOAD_SIZE = env.integer("UPLOAD_LIMIT_MB", 20, at_least=1) * 1_000_000
WAGTAILDOCS_EXTENSIONS = ["csv", "docx", "pdf", "txt", "xlsx"]
WAGTAILDOCS_MAX_UPLOAD_SIZE = WAGTAILIMAGES_MAX_UPLOAD_SIZE
WAGTAILDOCS_SERVE_METHOD = "serve_view"  # it asks who may read
WAGTAILDOCS_INLINE_CONTENT_TYPES: list[str] = []
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ALLOW_UNICODE_SLUGS = False
WAGTAIL_AUTOSAVE_INTERVAL = 3000
TAGGIT_CASE_INSENSITIVE = True
WAGTAILSEARCH_BACKENDS = {
    "default": {
        "BACKEND": "wagtail.search.backends.database",
        "SEARCH_CONFIG": "german",
    }
}
WAGTAILAPI_LIMIT_MAX = 50

# Counting
ANALYTICS_SHARDS = env.integer("ANALYTICS_SHARDS", 2, at_least=1)
ANALYTICS_SPOOL_DIR = VAR_DIR / "spool"
ANALYTICS_SPOOL_LIMIT_MB = env.integer("ANALYTICS_SPOOL_LIMIT_MB", 512, at_least=1)
ANALYTICS_SPOOL_MAX_AGE_HOURS = env.integer("ANALYTICS_SPOOL_MAX_AGE_HOURS", 24, at_least=1)
ANALYTICS_REDIS_TIMEOUT_MS = env.integer("ANALYTICS_REDIS_TIMEOUT_MS", 100, at_least=1)
# Without a worker beside it, a web process feeds its spool back itself.
ANALYTICS_FEEDS_FROM_WEB = env.boolean("ANALYTICS_FEEDS_FROM_WEB", True)
ANALYTICS_ENGAGEMENT = env.boolean("ANALYTICS_ENGAGEMENT", DEMO)
# Off: no figure names a single person, in no report, export or interface.
ANALYTICS_PER_PERSON = env.boolean("ANALYTICS_PER_PERSON", True)
ANALYTICS_RESPECT_GPC = env.boolean("ANALYTICS_RESPECT_GPC", True)
# A minute; 0 lifts a limit. Many phones behind one carrier address look like one reader.
ANALYTICS_READER_LIMIT = env.integer("ANALYTICS_READER_LIMIT", 300)
ANALYTICS_NETWORK_LIMIT = env.integer("ANALYTICS_NETWORK_LIMIT", 30_000)
ANALYTICS_SPAM_REFERRERS = env.words("ANALYTICS_SPAM_REFERRERS")
ANALYTICS_COUNTRY_HEADER = env.text("ANALYTICS_COUNTRY_HEADER")
ANALYTICS_BUCKET_RETENTION_DAYS = env.integer("ANALYTICS_BUCKET_RETENTION_DAYS", 35, at_least=31)
ANALYTICS_DAY_RETENTION_MONTHS = env.integer("ANALYTICS_DAY_RETENTION_MONTHS", 25, at_least=1)
TRUSTED_PROXIES = env.networks("TRUSTED_PROXIES")

# Mail: rows in an outbox; without a mail server they are read on a page in the admin
MAIL_URL = env.text("MAIL_URL")
DEFAULT_FROM_EMAIL = env.text("MAIL_FROM", "Redaktion <redaktion@example.org>")
MAIL_SERVER = mail_server.parse(MAIL_URL)
MAIL_TRANSPORT = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_BACKEND = "cms.outbox.backend.OutboxBackend"
EMAIL_HOST, EMAIL_PORT = MAIL_SERVER.host, MAIL_SERVER.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = MAIL_SERVER.user, MAIL_SERVER.password
EMAIL_USE_SSL, EMAIL_USE_TLS = MAIL_SERVER.uses_ssl, MAIL_SERVER.uses_tls
EMAIL_TIMEOUT = 20

# Consent: the keys under which a person's address becomes a pseudonym, the current one first
CONSENT_KEYS = env.words("CONSENT_KEY") or [f"consent:{SECRET_KEY}"]

# Reader comments: how many may be sent in an hour; 0 is no limit
COMMENTS_PER_NETWORK = env.integer("COMMENTS_PER_NETWORK", 60)
COMMENTS_PER_ADDRESS = env.integer("COMMENTS_PER_ADDRESS", 10)
# From how many on in an hour a browser has to work for a comment; 0 is never
COMMENTS_PROOF_PER_NETWORK = env.integer("COMMENTS_PROOF_PER_NETWORK", 5)
COMMENTS_PROOF_PER_ARTICLE = env.integer("COMMENTS_PROOF_PER_ARTICLE", 100)
COMMENTS_PROOF_PER_SITE = env.integer("COMMENTS_PROOF_PER_SITE", 500)

# Logging: no client address, no user agent
LOG_FORMAT = env.one_of("LOG_FORMAT", "json" if PRODUCTION else "text", ("json", "text"))
LOG_LEVEL = env.one_of("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"))
LOG_REQUESTS = env.boolean("LOG_REQUESTS", False)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {"format": "%(asctime)s %(levelname)s %(name)s %(request_id)s %(message)s"},
        "json": {"()": "cms.operation.logs.JsonFormatter"},
    },
    "filters": {"request_id": {"()": "cms.operation.logs.WithRequestId"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": LOG_FORMAT,
            "filters": ["request_id"],
        }
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django_tasks": {"level": "WARNING"},  # two lines for every save
    },
}

# Monitoring: who may read /metrics, by a token or from where; else nobody
METRICS_TOKEN = env.text("METRICS_TOKEN")
METRICS_NETWORKS = env.networks("METRICS_NETWORKS", "" if PRODUCTION else "127.0.0.1,::1")

# Security
CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": ["/admin/"],
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, *MEDIA_ORIGINS],
        "font-src": [SELF],
        "connect-src": [SELF],
        # Players of news/embeds.py; nothing is loaded before a reader asks for it.
        "frame-src": [SELF, "https://www.youtube-nocookie.com", "https://player.vimeo.com"],
        "form-action": [SELF],
        "frame-ancestors": [SELF],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    },
}
X_FRAME_OPTIONS = "SAMEORIGIN"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_AGE = env.integer("SESSION_HOURS", 12, at_least=1) * 3600
SESSION_COOKIE_HTTPONLY = True
WAGTAILADMIN_USER_LOGIN_FORM = "cms.signing_in.forms.ThrottledLoginForm"
LOGIN_ATTEMPTS = env.integer("LOGIN_ATTEMPTS", 10)
# Names of groups, "superusers" or "all"; anybody else may have a second factor.
SECOND_FACTOR_REQUIRED = env.words("SECOND_FACTOR_REQUIRED")
# What the app on the telephone calls this site; the name is in the database.
OTP_TOTP_ISSUER = lambda device: import_string("cms.site_name.site_name")()  # noqa: E731
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
if SITE_URL.startswith("https://"):
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = env.boolean("HSTS_SUBDOMAINS", False)
    SECURE_HSTS_PRELOAD = SECURE_HSTS_INCLUDE_SUBDOMAINS
    SECURE_SSL_REDIRECT = True
    # A monitor asks this process itself, where nobody speaks https.
    SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics$"]
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # subdomains and the preload list concern other people's sites:
    "security.W021",  # HSTS_SUBDOMAINS is the operator's decision
    "security.W019",  # previews in the admin show pages in a frame of the same origin
]
