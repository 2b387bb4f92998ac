"""Pictures with the facts that a newspaper must print beside them."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.images.models import AbstractImage, AbstractRendition, Image


class Licence(models.TextChoices):
    """Licences under which the newsroom holds pictures; the address is in `LICENCE_URLS`."""

    OWN = "own", _("All rights with the newsroom")
    AGENCY = "agency", _("Agency contract")
    PRESS = "press", _("Press picture, free for reporting")
    PUBLIC_DOMAIN = "public-domain", _("Public domain")
    CC0 = "cc0", "CC0 1.0"
    CC_BY_2 = "cc-by-2.0", "CC BY 2.0"
    CC_BY_25 = "cc-by-2.5", "CC BY 2.5"
    CC_BY_3 = "cc-by-3.0", "CC BY 3.0"
    CC_BY_4 = "cc-by-4.0", "CC BY 4.0"
    CC_BY_SA_2 = "cc-by-sa-2.0", "CC BY-SA 2.0"
    CC_BY_SA_25 = "cc-by-sa-2.5", "CC BY-SA 2.5"
    CC_BY_SA_3 = "cc-by-sa-3.0", "CC BY-SA 3.0"
    CC_BY_SA_4 = "cc-by-sa-4.0", "CC BY-SA 4.0"


# Creative Commons asks that the licence is named and linked wherever the picture is shown.
LICENCE_URLS = {
    Licence.PUBLIC_DOMAIN: "https://creativecommons.org/publicdomain/mark/1.0/",
    Licence.CC0: "https://creativecommons.org/publicdomain/zero/1.0/",
    Licence.CC_BY_2: "https://creativecommons.org/licenses/by/2.0/",
    Licence.CC_BY_25: "https://creativecommons.org/licenses/by/2.5/",
    Licence.CC_BY_3: "https://creativecommons.org/licenses/by/3.0/",
    Licence.CC_BY_4: "https://creativecommons.org/licenses/by/4.0/",
    Licence.CC_BY_SA_2: "https://creativecommons.org/licenses/by-sa/2.0/",
    Licence.CC_BY_SA_25: "https://creativecommons.org/licenses/by-sa/2.5/",
    Licence.CC_BY_SA_3: "https://creativecommons.org/licenses/by-sa/3.0/",
    Licence.CC_BY_SA_4: "https://creativecommons.org/licenses/by-sa/4.0/",
}


class NewsImage(AbstractImage):
    """A picture; creator, credit, source and licence travel with it wherever it is used."""

    caption = models.CharField(
        _("caption"),
        max_length=300,
        blank=True,
        help_text=_("Shown below the picture unless the place where it is used says otherwise."),
    )
    creator = models.CharField(
        _("creator"), max_length=150, blank=True, help_text=_("Who made the picture.")
    )
    source = models.CharField(
        _("source"),
        max_length=150,
        blank=True,
        help_text=_("Agency, archive or collection, for example Wikipedia."),
    )
    source_url = models.URLField(_("address of the source"), blank=True)
    licence = models.CharField(_("licence"), max_length=20, choices=Licence.choices, blank=True)
    usage_ends_on = models.DateField(
        _("right of use ends on"),
        null=True,
        blank=True,
        help_text=_("From the day after, the picture is no longer shown."),
    )

    admin_form_fields = (
        "title",
        "file",
        "description",
        "caption",
        "creator",
        "source",
        "source_url",
        "licence",
        "usage_ends_on",
        "collection",
        "tags",
        *(name for name in Image.admin_form_fields if name.startswith("focal_point")),
    )

    class Meta(AbstractImage.Meta):
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")

    @property
    def credit(self) -> str:
        """Creator and source as printed: `Jane Doe / Wikipedia`."""
        return " / ".join(part for part in (self.creator, self.source) if part)

    @property
    def licence_label(self) -> str:
        """The licence's name where a reader has to be told, else an empty text."""
        return self.get_licence_display() if self.licence_url else ""

    @property
    def licence_url(self) -> str:
        return LICENCE_URLS.get(self.licence, "")


class NewsRendition(AbstractRendition):
    """A picture in one size and format."""

    image = models.ForeignKey(NewsImage, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["image", "filter_spec", "focal_point_key"],
                name="news_rendition_unique",
            )
        ]
