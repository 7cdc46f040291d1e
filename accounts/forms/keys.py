"""What is asked about an API key: what it is for, what it may do, until when."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _


class Reach(models.TextChoices):
    READ = "read", _("Read everything its owner sees")
    WRITE = "write", _("Read and write everything its owner may")
    SOME = "some", _("Only what is ticked below")


class ReachForm(forms.Form):
    """Of a program: what it may, in one word or scope by scope."""

    reach = forms.ChoiceField(
        label=_("It may"),
        choices=Reach.choices,
        initial=Reach.READ,
        widget=forms.RadioSelect,
    )
    scopes = forms.MultipleChoiceField(label=_("Scopes"), required=False)

    def __init__(self, *args: Any, scopes: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = sorted(scopes)
        field = self.fields["scopes"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 -- for mypy
        field.choices = [(scope, scope) for scope in self.known]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("reach") == Reach.SOME and not values.get("scopes"):
            self.add_error("scopes", _("Tick at least one."))
        return values

    @property
    def chosen(self) -> list[str]:
        """The scopes it will have."""
        reach = self.cleaned_data["reach"]
        if reach == Reach.SOME:
            return list(self.cleaned_data["scopes"])
        return [
            scope
            for scope in self.known
            if reach == Reach.WRITE or scope.endswith(":read")
        ]

    @property
    def table(self) -> list[dict[str, Any]]:
        """Each resource with its scopes, for ticking."""
        ticked = set(self["scopes"].value() or ())
        rows: dict[str, dict[str, Any]] = {}
        for scope in self.known:
            resource, _colon, action = scope.partition(":")
            row = rows.setdefault(resource, {"resource": resource.replace("_", "-")})
            row[action] = {"scope": scope, "is_ticked": scope in ticked}
        return list(rows.values())


class KeyForm(ReachForm):
    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        help_text=_("Which program will use it, so that you know what you revoke."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    expires = forms.TypedChoiceField(
        label=_("Valid for"),
        choices=[
            ("30", _("30 days")),
            ("90", _("90 days")),
            ("365", _("a year")),
            ("0", _("until it is revoked")),
        ],
        initial="90",
        coerce=int,
    )

    def expires_at(self, now: datetime) -> datetime | None:
        days = self.cleaned_data["expires"]
        return now + timedelta(days=days) if days else None
