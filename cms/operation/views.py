"""The address that Prometheus asks."""

import hmac
import ipaddress
from datetime import UTC, datetime

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from cms.operation import metrics
from cms.proxies import WAS_PASSED_ON


@require_safe
@never_cache
def exposition(request: HttpRequest) -> HttpResponse:
    """Say every figure to whom METRICS_TOKEN or METRICS_NETWORKS allow; others find nothing."""
    if not (_has_token(request) or _is_near(request)):
        raise Http404
    return HttpResponse(
        metrics.exposition(now=datetime.now(UTC)), content_type=CONTENT_TYPE_LATEST
    )


def _has_token(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ").encode()
    wanted = settings.METRICS_TOKEN.encode()
    return bool(wanted) and hmac.compare_digest(given, wanted)


def _is_near(request: HttpRequest) -> bool:
    """Whether the asker itself, and not a proxy for somebody, sits in a network named."""
    if request.META.get(WAS_PASSED_ON) or "X-Forwarded-For" in request.headers:
        return False
    try:
        asker = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
        networks = [ipaddress.ip_network(name, strict=False) for name in settings.METRICS_NETWORKS]
    except ValueError:
        return False
    return any(asker in network for network in networks)
