"""Of two that are one: which field values stay."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.forms.pick import PickField

KEPT, GONE = "kept", "gone"
PERSON = {
    "name": _("Name"),
    "company": _("Company"),
    "email": _("E-mail address"),
    "title": _("Job title"),
    "phone": _("Phone"),
    "language": _("Language"),
    "left_company_on": _("Left the company on"),
}
COMPANY = {
    "name": _("Name"),
    "domain": _("Web domain"),
    "country": _("Country"),
}


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field of both; where they differ one of the two is chosen."""

    name: str
    label: Any
    kept: str
    gone: str
    chosen: str  # empty: they are the same

    @property
    def id(self) -> str:
        return f"id_{self.name}"


class OtherForm(forms.Form):
    """Who else it is."""

    def __init__(self, *args: Any, rows: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["other"] = PickField(label=_("The same as"), rows=rows, kind=kind)


class MergeForm(forms.Form):
    """For each field in which they differ, the one whose value stays.

    Asked beforehand is the one that says something, of two the one that stays.
    """

    kept_version = forms.IntegerField(widget=forms.HiddenInput)
    gone_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, kept: Any, gone: Any, labels: Mapping[str, Any], **kwargs: Any
    ) -> None:
        versions = {"kept_version": kept.version, "gone_version": gone.version}
        super().__init__(*args, **kwargs | {"initial": versions})
        self.both, self.labels = {KEPT: kept, GONE: gone}, labels
        self.differing = [
            name for name in labels if getattr(kept, name) != getattr(gone, name)
        ]
        for name in self.differing:
            self.fields[name] = forms.ChoiceField(
                choices=[(KEPT, KEPT), (GONE, GONE)],
                initial=KEPT if getattr(kept, name) else GONE,
            )

    @property
    def rows(self) -> Sequence[FieldRow]:
        """What is known of either, in words; what neither says is left out."""
        kept, gone = self.both[KEPT], self.both[GONE]
        return [
            FieldRow(
                name=name,
                label=label,
                kept=_shown(getattr(kept, name)),
                gone=_shown(getattr(gone, name)),
                chosen=self[name].value() or "" if name in self.differing else "",
            )
            for name, label in self.labels.items()
            if getattr(kept, name) or getattr(gone, name)
        ]

    @property
    def values(self) -> dict[str, Any]:
        chosen = {name: self.cleaned_data[name] for name in self.differing}
        return {name: getattr(self.both[which], name) for name, which in chosen.items()}


def _shown(value: Any) -> str:
    if hasattr(value, "year"):
        return date_format(value, "SHORT_DATE_FORMAT")
    return str(value or "")
