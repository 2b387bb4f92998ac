"""The person who works here."""

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """A member of staff. Readers have no account."""
