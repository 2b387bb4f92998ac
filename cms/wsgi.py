"""The WSGI application that the web server runs: Django, and what answers before it."""

import gc
import os

from django.core.wsgi import get_wsgi_application

from cms.operation import sharing

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings")

sharing.share_between_processes()
application = get_wsgi_application()

# Django is set up from here on, so the apps may be imported.
from django.conf import settings  # noqa: E402

from analytics.doorway import Doorway  # noqa: E402
from analytics.events import Kind  # noqa: E402
from cms.page_cache.wsgi import PageCache  # noqa: E402
from cms.proxies import TrustedProxies  # noqa: E402

beacons = {"/_/view": Kind.VIEW}
if settings.ANALYTICS_ENGAGEMENT:
    beacons["/_/read"] = Kind.READ
application = TrustedProxies(
    Doorway(PageCache(application), paths=beacons), proxies=settings.TRUSTED_PROXIES
)

# What is loaded stays: looking through it again and again would stop every thread for longer
# than a page takes, and write to memory that processes share.
gc.collect()
gc.freeze()
