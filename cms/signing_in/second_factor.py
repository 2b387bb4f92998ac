"""A second factor: setting it up, asking for it, taking it away. On top of django-otp."""

from datetime import datetime
from math import ceil
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import QuerySet
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp.util import random_hex

from cms.signing_in import audit, notices

SALT = "cms.signing_in.second_factor"
OFFER_SECONDS = 900
RECOVERY_CODES = 10
APP_DIGITS = 6
# What SECOND_FACTOR_REQUIRED may name besides groups.
EVERYBODY, SUPERUSERS = "all", "superusers"
NO_GROUPS = {EVERYBODY, SUPERUSERS}


def has_one(user: Any) -> bool:
    """Tell whether the user must show a second factor: one query."""
    return bool(TOTPDevice.objects.filter(user=user, confirmed=True).exists())


def device_of(user: Any) -> TOTPDevice | None:
    """Return what says since when there is one and when it was last shown; None without one."""
    return TOTPDevice.objects.filter(user=user, confirmed=True).first()


def needs_one(user: Any) -> bool:
    """Tell whether SECOND_FACTOR_REQUIRED names a group of the user's, or everybody."""
    required = settings.SECOND_FACTOR_REQUIRED
    if not required:
        return False
    if EVERYBODY in required:
        return True
    if user.is_superuser and SUPERUSERS in required:
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
        audit.note("cms.second_factor_added", device.user, by=device.user)
        notices.factor_added(device.user)
        return _draw_recovery_codes(device.user)


def verify(user: Any, token: str) -> Any:
    """Return the device that the token fits; None if none. Tries are slowed down by django-otp."""
    with transaction.atomic():
        for device in _devices(user, token).select_for_update():
            if device.verify_token(token):
                return device
    return None


def seconds_to_wait(user: Any, token: str, *, now: datetime) -> int:
    """Return how long no code of this kind is looked at after wrong ones; 0 if one is."""
    waits = [0]
    for device in _devices(user, token):
        is_allowed, why = device.verify_is_allowed()
        if not is_allowed:
            waits.append(ceil((why["locked_until"] - now).total_seconds()))
    return max(waits)


def remove(user: Any, *, by: Any = None) -> bool:
    """Take factor and codes away, note by whom, tell the user; False if there is none."""
    with transaction.atomic():
        count, _ = TOTPDevice.objects.filter(user=user).delete()
        StaticDevice.objects.filter(user=user).delete()
        if not count:
            return False
        audit.note("cms.second_factor_removed", user, by=by)
        notices.factor_removed(user, must_have_one=needs_one(user))
    return True


def renew_recovery_codes(user: Any) -> list[str]:
    """Return new recovery codes, shown this once; those there were are good no more."""
    with transaction.atomic():
        audit.note("cms.recovery_codes_renewed", user, by=user)
        return _draw_recovery_codes(user)


def recovery_codes_left(user: Any) -> int:
    return int(StaticToken.objects.filter(device__user=user).count())


def is_an_app(device: Any) -> bool:
    return isinstance(device, TOTPDevice)


def is_of_the_app(token: str) -> bool:
    """Tell a code of the app from a recovery code, which is longer."""
    return len(token) <= APP_DIGITS and token.isdecimal()


def _devices(user: Any, token: str) -> QuerySet[Any]:
    """Return what may have made the token: wrong codes of one kind do not hold up the other."""
    model: Any = TOTPDevice if is_of_the_app(token) else StaticDevice
    devices: QuerySet[Any] = model.objects.filter(user=user, confirmed=True)
    return devices


def _draw_recovery_codes(user: Any) -> list[str]:
    """Keep the device, which may be the one that this session was opened with."""
    device = StaticDevice.objects.filter(user=user).first()
    device = device or StaticDevice.objects.create(user=user, name="recovery")
    device.token_set.all().delete()
    codes = [StaticToken.random_token() for _ in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=code) for code in codes)
    return codes
