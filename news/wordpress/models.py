"""What has been imported from where, and the report of every run."""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What a thing was in WordPress."""

    POST = "post", _("Post")
    PAGE = "page", _("Page")
    CATEGORY = "category", _("Category")
    TAG = "tag", _("Tag")
    AUTHOR = "author", _("Author")
    MEDIA = "media", _("Picture")
    DOCUMENT = "document", _("Document")
    COMMENT = "comment", _("Comment")
    REDIRECT = "redirect", _("Old address")
    OTHER = "other", _("Something else")


class Outcome(models.TextChoices):
    """What became of it."""

    IMPORTED = "imported", _("Imported")
    CHANGED = "changed", _("Changed")
    UNCHANGED = "unchanged", _("Unchanged")
    KEPT = "kept", _("Left to the editors")
    NOTED = "noted", _("Imported with losses")
    SKIPPED = "skipped", _("Skipped")


class RunState(models.TextChoices):
    RUNNING = "running", _("Running or interrupted")
    FINISHED = "finished", _("Finished")
    FAILED = "failed", _("Failed")


class ImportRun(models.Model):
    """One call of `import_wordpress` that wrote."""

    file_name = models.CharField(_("file"), max_length=255)
    source = models.CharField(_("WordPress site"), max_length=200)
    options = models.JSONField(default=dict)
    state = models.CharField(
        _("state"), max_length=10, choices=RunState.choices, default=RunState.RUNNING
    )
    error = models.TextField(blank=True)
    # {kind: {outcome: count}}; unchanged things have a count here but no row below.
    counts = models.JSONField(default=dict)
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("WordPress import")
        verbose_name_plural = _("WordPress imports")
        ordering = ["-pk"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        at = date_format(timezone.localtime(self.started_at), "SHORT_DATETIME_FORMAT")
        return f"{self.source}, {at}"


class ImportedItem(models.Model):
    """The bridge from a thing in WordPress to what it became here."""

    source = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    source_key = models.CharField(max_length=255)
    # The key of our page, section, author, tag, picture or comment; reserved before it exists.
    object_id = models.PositiveBigIntegerField()
    is_written = models.BooleanField(default=False)
    # Digest of what we wrote, as the export had it: equal means there is nothing to do.
    digest = models.CharField(max_length=64, blank=True)
    # State of our object after we wrote it: different means that editors have been at it.
    mark = models.CharField(max_length=64, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["source", "kind", "source_key"], name="wordpress_item_unique"
            )
        ]
        indexes = [
            # the way back from one of our objects
            models.Index(fields=["kind", "object_id"], name="wordpress_item_object")
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.kind} {self.source_key}"


class ReportRow(models.Model):
    """What became of one thing, and why."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rows")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices)
    source_key = models.CharField(max_length=255)
    title = models.CharField(_("title"), max_length=255)
    reason = models.TextField(_("reason"), blank=True)
    old_url = models.CharField(_("old address"), max_length=1000, blank=True)
    object_id = models.PositiveBigIntegerField(null=True)

    class Meta:
        default_permissions = ()
        indexes = [
            # the report's list, one outcome at a time
            models.Index(fields=["run", "outcome", "kind"], name="wordpress_row_list")
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()}: {self.title}"

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "outcome": self.outcome,
            "key": self.source_key,
            "title": self.title,
            "reason": self.reason,
            "old_url": self.old_url,
            "id": self.object_id,
        }
