"""Tags and authors get new addresses; the old ones lead there, in every language."""

from django.conf import settings
from django.db import transaction
from django.utils import translation
from wagtail.contrib.redirects.models import Redirect

from news.models import Author, Tag

Named = Tag | Author


def addresses(named: Named) -> dict[str, str]:
    """The address of a tag's or an author's page in each language."""
    found = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found[language] = named.get_absolute_url()
    return found


def renamed(old_slug: str, named: Named) -> None:
    """Lead from the address a tag or an author had before."""
    lead(addresses(type(named)(slug=old_slug)), named)


def lead(old_addresses: dict[str, str], named: Named) -> None:
    """Make the redirects, without chains and without covering a page that is there."""
    with transaction.atomic():
        for language, new in addresses(named).items():
            old = old_addresses[language]
            if old == new:
                continue
            Redirect.objects.filter(redirect_link=old).update(redirect_link=new)
            Redirect.objects.filter(old_path=Redirect.normalise_path(new)).delete()
            Redirect.objects.update_or_create(
                old_path=Redirect.normalise_path(old),
                site=None,
                defaults={"redirect_link": new, "is_permanent": True, "redirect_page": None},
            )
