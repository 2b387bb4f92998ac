"""Words that were typed into a form which has no place any more: shown, so that none are lost."""

from collections.abc import Iterable
from dataclasses import dataclass

from django import forms


@dataclass(frozen=True, slots=True)
class Words:
    """What stood in one field."""

    label: str
    text: str


def words_of(typed: Iterable[forms.Form]) -> list[Words]:
    """Return what was typed into the text fields of forms, the empty ones left out."""
    return [
        Words(str(field.label), str(field.value()))
        for form in typed
        for field in form
        if form.is_bound and type(field.field) is forms.CharField and field.value()
    ]
