"""The texts a new site starts with; editors replace them by versions of their own."""

from datetime import UTC, datetime
from typing import Any

from news.consent import canonical

VALID_FROM = datetime(2026, 1, 1, tzinfo=UTC)

PUBLISH_DE = {
    "purpose": "publish",
    "language": "de",
    "label": (
        "Ich willige ein, dass mein Kommentar gespeichert und unter dem angegebenen Namen "
        "veröffentlicht wird."
    ),
    "notice": (
        "Gespeichert werden Name, E-Mail-Adresse, Kommentar und der Zeitpunkt des Absendens. "
        "Name und Kommentar sind nach der Freigabe für alle lesbar; mit der E-Mail-Adresse "
        "bestätigen Sie den Kommentar und können ihn später zurückziehen, sie wird nicht "
        "veröffentlicht. Eine IP-Adresse speichern wir nicht.\n\n"
        "Was Sie nicht bestätigen, löschen wir nach 48 Stunden, die E-Mail-Adresse spätestens "
        "zwölf Monate nach der Veröffentlichung. Der Kommentar bleibt stehen, bis Sie ihn "
        "zurückziehen.\n\n"
        "Ihre Einwilligung ist freiwillig. Sie können sie jederzeit für die Zukunft widerrufen: "
        "mit dem Link in unserer E-Mail, ohne Anmeldung und ohne Angabe von Gründen. Kommentar "
        "und Name verschwinden dann von der Seite; aufbewahrt wird nur der Nachweis der "
        "Einwilligung, ohne Namen und ohne Adresse."
    ),
    "privacy_label": "Datenschutzerklärung",
    "privacy_url": "/datenschutz/",
    "controller": "Verantwortlich ist der Herausgeber dieser Website, siehe Impressum.",
    "legal_basis": "consent",
    "is_required": True,
    "valid_from": VALID_FROM,
}
PUBLISH_EN = {
    "purpose": "publish",
    "language": "en",
    "label": "I consent to my comment being stored and published under the name I have given.",
    "notice": (
        "We store your name, e-mail address, comment and the time you sent it. Once approved, "
        "name and comment can be read by everyone; you use the e-mail address to confirm the "
        "comment and to withdraw it later, and it is not published. We do not store an IP "
        "address.\n\n"
        "What you do not confirm is deleted after 48 hours, the e-mail address at the latest "
        "twelve months after publication. The comment stays until you withdraw it.\n\n"
        "Your consent is voluntary. You can withdraw it for the future at any time: with the "
        "link in our e-mail, without logging in and without giving a reason. Comment and name "
        "then disappear from the site; only the proof of your consent is kept, without name "
        "and without address."
    ),
    "privacy_label": "Privacy policy",
    "privacy_url": "/en/privacy/",
    "controller": "The publisher of this website is responsible, see the imprint.",
    "legal_basis": "consent",
    "is_required": True,
    "valid_from": VALID_FROM,
}


REPLY_MAIL_DE = {
    "purpose": "reply_mail",
    "language": "de",
    "label": "Ja, schreiben Sie mir eine E-Mail, wenn jemand auf meinen Kommentar antwortet.",
    "notice": (
        "Dafür speichern wir Ihre E-Mail-Adresse, bis Sie die Benachrichtigungen beenden oder "
        "zwölf Monate lang keine Antwort kam. Die erste E-Mail kommt erst, wenn Sie den Link in "
        "der Bestätigung angeklickt haben; jede enthält einen Link, der sie beendet."
    ),
    "privacy_label": "Datenschutzerklärung",
    "privacy_url": "/datenschutz/",
    "controller": "Verantwortlich ist der Herausgeber dieser Website, siehe Impressum.",
    "legal_basis": "consent",
    "is_required": False,
    "valid_from": VALID_FROM,
}
REPLY_MAIL_EN = {
    "purpose": "reply_mail",
    "language": "en",
    "label": "Yes, send me an e-mail when somebody answers my comment.",
    "notice": (
        "For this we store your e-mail address until you end these mails or twelve months have "
        "passed without an answer. The first mail is sent only after you have opened the link "
        "in the confirmation; each of them has a link that ends them."
    ),
    "privacy_label": "Privacy policy",
    "privacy_url": "/en/privacy/",
    "controller": "The publisher of this website is responsible, see the imprint.",
    "legal_basis": "consent",
    "is_required": False,
    "valid_from": VALID_FROM,
}
REMEMBER_DE = {
    "purpose": "remember_device",
    "language": "de",
    "label": "Ja, merken Sie sich mich 30 Tage lang auf diesem Gerät.",
    "notice": (
        "Dafür setzen wir ein Cookie und speichern Name und E-Mail-Adresse dazu. Nach der ersten "
        "Bestätigung füllen wir das Formular auf diesem Gerät aus, und weitere Kommentare "
        "brauchen keine Bestätigung per E-Mail. Bitte nicht auf einem Gerät ankreuzen, das "
        "andere mitbenutzen. Sie können sich jederzeit wieder vergessen lassen."
    ),
    "privacy_label": "Datenschutzerklärung",
    "privacy_url": "/datenschutz/",
    "controller": "Verantwortlich ist der Herausgeber dieser Website, siehe Impressum.",
    "legal_basis": "consent",
    "is_required": False,
    "valid_from": VALID_FROM,
}
REMEMBER_EN = {
    "purpose": "remember_device",
    "language": "en",
    "label": "Yes, remember me on this device for 30 days.",
    "notice": (
        "For this we set a cookie and store your name and e-mail address with it. After the "
        "first confirmation we fill in the form on this device, and further comments need no "
        "confirmation by e-mail. Please do not tick this on a device that others use too. You "
        "can be forgotten again at any time."
    ),
    "privacy_label": "Privacy policy",
    "privacy_url": "/en/privacy/",
    "controller": "The publisher of this website is responsible, see the imprint.",
    "legal_basis": "consent",
    "is_required": False,
    "valid_from": VALID_FROM,
}
ALL = (PUBLISH_DE, PUBLISH_EN, REPLY_MAIL_DE, REPLY_MAIL_EN, REMEMBER_DE, REMEMBER_EN)


def create_missing(model: Any) -> None:
    """Add version 1 wherever a purpose has no text in a language; `model` is ConsentText."""
    for fields in ALL:
        same = model.objects.filter(purpose=fields["purpose"], language=fields["language"])
        if not same.exists():
            values: dict[str, Any] = fields | {"version": 1}
            covered = {name: values[name] for name in canonical.TEXT_FIELDS}
            model.objects.create(**values, sha256=canonical.digest(covered))
