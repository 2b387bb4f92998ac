"""The demo's authors and its log-ins, one per role."""

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _
from wagtail.users.models import UserProfile

from cms import environment

MAIL_DOMAIN = "demo.example"


@dataclass(frozen=True, slots=True)
class Login:
    """Someone who may enter the admin; without a group, everything is allowed."""

    username: str
    first_name: str
    last_name: str
    group: str
    label: Any
    language: str = "de"

    @property
    def email(self) -> str:
        return f"{self.username}@{MAIL_DOMAIN}"


LOGINS = [
    Login("admin", "Femke", "Albers", "", _("Administrator")),
    Login("redakteurin", "Hanna", "Oltmanns", "Editors", _("Editor")),
    Login("reporter", "Tobias", "Ahrendt", "Reporters", _("Reporter")),
    Login("moderation", "Silke", "Remmers", "Comment moderators", _("Comment moderator")),
    Login("analyse", "Owen", "Carrick", "Analysts", _("Analyst"), "en"),
]


@dataclass(frozen=True, slots=True)
class Byline:
    """An author of the demo newspaper; `look` is how the portrait is drawn."""

    slug: str
    name: str
    role: str
    biography: str
    username: str = ""
    look: dict[str, Any] = field(default_factory=dict)


BYLINES = [
    Byline(
        "hanna-oltmanns", "Hanna Oltmanns", "Chefredakteurin",
        "Hanna Oltmanns, in Elvermünde geboren, leitet die Redaktion seit sechs Jahren. Vorher "
        "berichtete sie als Korrespondentin über Küstenschutz und Kommunalfinanzen. Sie schreibt "
        "Leitartikel, wenn sie sich ärgert, und Briefe an Leser, wenn die sich ärgern.",
        "redakteurin",
        {"back": "#7fa3a0", "skin": "light", "hair": "#a9a39c", "coat": "#2b3f4f",
         "style": "bob", "glasses": True},
    ),
    Byline(
        "jasper-tiedemann", "Jasper Tiedemann", "Redakteur Wirtschaft und Hafen",
        "Jasper Tiedemann hat Schifffahrtskaufmann gelernt, bevor er Volkswirtschaft studierte. "
        "Er beobachtet Terminals, Reedereien und Werften und kennt die Tidenkalender auswendig.",
        "",
        {"back": "#c9975f", "skin": "light", "hair": "#6b4a2f", "coat": "#3f5b52",
         "style": "beard", "glasses": False},
    ),
    Byline(
        "merle-brodersen", "Merle Brodersen", "Reporterin Stadt",
        "Merle Brodersen schreibt Reportagen aus den Stadtteilen und berichtet aus dem Stadtrat. "
        "Für ihre Texte steht sie früh auf oder geht gar nicht erst ins Bett.",
        "",
        {"back": "#b5766a", "skin": "light", "hair": "#c99a55", "coat": "#7a3340",
         "style": "long", "glasses": False},
    ),
    Byline(
        "kerem-aydogan", "Kerem Aydoğan", "Redakteur Wissen und Daten",
        "Kerem Aydoğan ist Physiker und kam über ein Praktikum zum Journalismus. Er erklärt "
        "Forschung von der Küste und rechnet nach, wenn jemand Prozentzahlen nennt.",
        "",
        {"back": "#7c8fb0", "skin": "tan", "hair": "#2b211f", "coat": "#39424e",
         "style": "short", "glasses": True},
    ),
    Byline(
        "svenja-luebcke", "Svenja Lübcke", "Kulturredakteurin",
        "Svenja Lübcke verfolgt Theater, Literatur und alles, was in den Speichern am Binnenkanal "
        "entsteht. Sie hat Theaterwissenschaft studiert und spielt leidlich Bratsche.",
        "",
        {"back": "#a3a874", "skin": "light", "hair": "#8a3f2b", "coat": "#2f4a3f",
         "style": "bun", "glasses": False},
    ),
    Byline(
        "tobias-ahrendt", "Tobias Ahrendt", "Reporter Verkehr",
        "Tobias Ahrendt fährt jede Buslinie einmal im Jahr von Anfang bis Ende. Er berichtet über "
        "Straßen, Schienen, Brücken und darüber, warum sie später fertig werden.",
        "reporter",
        {"back": "#8fb3c2", "skin": "light", "hair": "#c9b27a", "coat": "#b5533c",
         "style": "short", "glasses": False},
    ),
    Byline(
        "amara-wilkens", "Amara Wilkens", "Redakteurin Mittelstand",
        "Amara Wilkens besucht die Betriebe zwischen Gewerbegebiet Ost und Grodersiel. Nach "
        "Stationen bei zwei Fachzeitschriften gehört sie seit drei Jahren zur Redaktion.",
        "",
        {"back": "#d0a35a", "skin": "brown", "hair": "#231815", "coat": "#20485e",
         "style": "curly", "glasses": False},
    ),
    Byline(
        "friedrich-hoyer", "Friedrich Hoyer", "Redakteur Leserservice",
        "Friedrich Hoyer arbeitet seit 31 Jahren für die Zeitung und beantwortet die Frage, was "
        "das alles für den Alltag heißt. Seine Telefonnummer kennt die halbe Stadt.",
        "",
        {"back": "#96929f", "skin": "light", "hair": "#cfc9c0", "coat": "#5a4a3c",
         "style": "bald", "glasses": True},
    ),
    Byline(
        "claire-ashdown", "Claire Ashdown", "Editor, English edition",
        "Claire Ashdown edits and translates the English pages. She came to Elvermünde for one "
        "summer on a research vessel and has stayed for eleven years.",
        "",
        {"back": "#7d9a8b", "skin": "light", "hair": "#4a3028", "coat": "#39507a",
         "style": "bob", "glasses": False},
    ),
]  # fmt: skip


def _password_file() -> Path:
    return Path(settings.VAR_DIR) / "demo_password"


def _kept_password() -> str:
    try:
        return _password_file().read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""


def _keep_password(password: str) -> None:
    path = _password_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(password)


def ensure_logins(logins: list[Login] = LOGINS) -> None:
    """Create the log-ins that are missing; an ADMIN_PASSWORD that changed is set for all."""
    users = get_user_model()
    kept = _kept_password()
    password = environment.text("ADMIN_PASSWORD") or kept or secrets.token_urlsafe(9)
    names = [login.username for login in logins]
    there = {user.username: user for user in users.objects.filter(username__in=names)}
    if password == kept and len(there) == len(logins):
        return
    digest = make_password(password)
    for login in logins:
        user = there.get(login.username)
        if user is None:
            _create(login, digest)
        elif password != kept and user.email == login.email:
            user.password = digest
            user.save(update_fields=["password"])
    _keep_password(password)


def _create(login: Login, digest: str) -> None:
    user = get_user_model().objects.create(
        username=login.username,
        email=login.email,
        first_name=login.first_name,
        last_name=login.last_name,
        password=digest,
        is_superuser=not login.group,
        is_staff=not login.group,
    )
    if login.group:
        user.groups.add(Group.objects.get_or_create(name=login.group)[0])
    profile = UserProfile.get_for_user(user)
    profile.preferred_language = login.language
    profile.save()


def demo_logins() -> list[tuple[str, str, str]]:
    """Return user name, role and password of every demo log-in that exists."""
    password = _kept_password()
    if not password:
        return []
    emails = dict(get_user_model().objects.values_list("username", "email"))
    return [
        (login.username, str(login.label), password)
        for login in LOGINS
        if emails.get(login.username) == login.email
    ]


def remove_logins() -> None:
    """Delete the demo log-ins, the administrator excepted who may be the last one."""
    for login in LOGINS:
        if login.group:
            get_user_model().objects.filter(username=login.username, email=login.email).delete()
