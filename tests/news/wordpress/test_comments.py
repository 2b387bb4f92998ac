from datetime import UTC, datetime

from news.comments import moderation
from news.comments.models import CommentDecision, ReaderComment
from news.consent import subjects
from news.consent.models import ConsentEvent, EventKind
from news.wordpress.models import ReportRow
from tests.news.wordpress import wxr
from tests.news.wordpress.conftest import NOW, Import


def test_threads_states_and_words(import_export: Import) -> None:
    import_export(
        wxr.category("politik"),
        wxr.item(
            5,
            comments=[
                wxr.comment(
                    1, "<p>Erster &amp; <b>guter</b></p>\n<p>Zwei</p>", author="A &amp; B"
                ),
                wxr.comment(2, "Antwort\nzweite Zeile", parent=1),
                wxr.comment(3, "Antwort auf Antwort", parent=2),
                wxr.comment(4, "Wartet", approved="0"),
                wxr.comment(5, "Schrott", approved="spam"),
            ],
        ),
    )

    rows = ReaderComment.objects.order_by("pk").values_list("name", "text", "state", "parent")
    first = ReaderComment.objects.order_by("pk")[0].pk
    assert list(rows) == [
        ("A & B", "Erster & guter\n\nZwei", "published", None),
        ("Leser", "Antwort\nzweite Zeile", "published", first),
        ("Leser", "Antwort auf Antwort", "published", first),
        ("Leser", "Wartet", "pending", None),
        ("Leser", "Schrott", "spam", None),
    ]
    comment = ReaderComment.objects.get(pk=first)
    assert comment.submitted_at == datetime(2020, 5, 2, 8, tzinfo=UTC)
    assert CommentDecision.objects.count() == 5


def test_nothing_about_machine_or_website_is_stored(import_export: Import) -> None:
    import_export(wxr.category("politik"), wxr.item(5, comments=[wxr.comment(1)]))

    stored = str(list(ReaderComment.objects.values()))
    stored += str(list(ConsentEvent.objects.values())) + str(list(ReportRow.objects.values()))
    for secret in ("203.0.113.77", "Mozilla", "leser.example", "leser@example.org"):
        assert secret not in stored


def test_addresses_are_kept_only_on_request(import_export: Import) -> None:
    import_export(
        wxr.category("politik"), wxr.item(5, comments=[wxr.comment(1)]), keeps_addresses=True
    )

    assert ReaderComment.objects.get().email == "leser@example.org"


def test_consent_is_recorded_as_imported_and_never_invented(import_export: Import) -> None:
    import_export(wxr.category("politik"), wxr.item(5, comments=[wxr.comment(1)]))

    comment, event = ReaderComment.objects.get(), ConsentEvent.objects.get()
    assert (event.kind, event.text, event.evidence) == (EventKind.IMPORTED, None, {})
    assert event.comment_id == comment.pk
    assert comment.consent_text is None
    assert event.subject == subjects.reference("leser@example.org")


def test_pings_and_the_trash_are_counted_not_taken(import_export: Import) -> None:
    report = import_export(
        wxr.category("politik"),
        wxr.item(
            5,
            comments=[
                wxr.comment(1, type="pingback"),
                wxr.comment(2, type="trackback"),
                wxr.comment(3, approved="trash"),
                wxr.comment(4),
            ],
        ),
    )

    assert report.as_counts()["comment"] == {"imported": 1, "skipped": 3}
    assert ReaderComment.objects.count() == 1


def test_a_second_run_leaves_comments_alone_and_follows_changes(import_export: Import) -> None:
    def export(state: str) -> tuple[str, str]:
        comments = [wxr.comment(1, approved=state), wxr.comment(2, approved=state)]
        return wxr.category("politik"), wxr.item(5, comments=comments)

    import_export(*export("1"))
    assert import_export(*export("1")).as_counts()["comment"] == {"unchanged": 2}
    decided = ReaderComment.objects.order_by("pk")[0]
    moderation.hide(decided, moderation.By(reason="insult"), now=NOW)

    report = import_export(*export("0"))

    assert report.as_counts()["comment"] == {"kept": 1, "changed": 1}
    states = ReaderComment.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["hidden", "pending"]
