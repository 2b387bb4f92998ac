"""A second factor: setting it up, asking for it, taking it away. On top of django-otp."""

from typing import Any

import django_otp
from django.conf import settings
from django.core import signing
from django.db import transaction
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp.util import random_hex

SALT = "cms.signing_in.second_factor"
OFFER_SECONDS = 900
RECOVERY_CODES = 10


def has_one(user: Any) -> bool:
    """Tell whether the user must show a second factor: one query."""
    return bool(TOTPDevice.objects.filter(user=user, confirmed=True).exists())


def needs_one(user: Any) -> bool:
    """Tell whether SECOND_FACTOR_REQUIRED names a group of the user's, or everybody."""
    required = settings.SECOND_FACTOR_REQUIRED
    if not required:
        return False
    if "all" in required:
        return True
    if user.is_superuser and "superusers" in required:
        return True
    return bool(user.groups.filter(name__in=required).exists())


def offer(user: Any) -> str:
    """Return a fresh secret, signed: nothing is stored before a code proves that it arrived."""
    return signing.dumps({"user": user.pk, "key": random_hex(20)}, salt=SALT)


def offered_device(user: Any, offered: str) -> TOTPDevice | None:
    """Return the unsaved device of an offer; None if it is another user's or too old."""
    try:
        content = signing.loads(offered, salt=SALT, max_age=OFFER_SECONDS)
    except signing.BadSignature:
        return None
    if content["user"] != user.pk:
        return None
    return TOTPDevice(user=user, name="app", key=content["key"], confirmed=True)


def accept(device: TOTPDevice, token: str) -> list[str] | None:
    """Store the device if the token fits; return recovery codes, shown this once, else None."""
    with transaction.atomic():
        device.save()
        if not device.verify_token(token):
            transaction.set_rollback(True)
            return None
        TOTPDevice.objects.filter(user=device.user).exclude(pk=device.pk).delete()
        return _new_recovery_codes(device.user)


def verify(user: Any, token: str) -> Any:
    """Return the device that the token fits; None if none. Tries are slowed down by django-otp."""
    with transaction.atomic():
        for device in django_otp.devices_for_user(user, for_verify=True):
            if device.verify_token(token):
                return device
    return None


def remove(user: Any) -> int:
    """Take the second factor and its recovery codes away; return how many there were."""
    count, _ = TOTPDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()
    return int(count)


def _new_recovery_codes(user: Any) -> list[str]:
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="recovery")
    codes = [StaticToken.random_token() for _ in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=code) for code in codes)
    return codes
