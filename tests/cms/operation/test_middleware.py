"""Who asks after the program's health by address is answered; nobody else is."""

from typing import Any

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("path", "status"), [("/health/live", 200), ("/metrics", 200), ("/", 400), ("/admin/", 400)]
)
def test_a_monitor_that_asks_by_address_is_answered(settings: Any, path: str, status: int) -> None:
    settings.ALLOWED_HOSTS = ["zeitung.example"]
    settings.SITE_URL = "https://zeitung.example"
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics$"]
    settings.METRICS_NETWORKS = ["127.0.0.1"]

    answer = Client().get(path, headers={"Host": "172.30.0.7:8000"})

    assert answer.status_code == status
