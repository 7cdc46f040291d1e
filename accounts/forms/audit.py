"""The audit trail, narrowed: by whom, what, about what, when, through which door."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditEvent, Membership

KINDS = {
    "workspace": _("workspace"),
    "member": _("members"),
    "team": _("teams"),
    "api_key": _("API keys"),
    "application": _("applications"),
    "company": _("companies"),
    "opportunity": _("opportunities"),
    "import": _("imports"),
    "permission": _("refused attempts"),
}
SOURCES = {
    "page": _("page"),
    "api": _("API"),
    "task": _("background task"),
    "command": _("command line"),
    "import": _("import"),
    "system": _("system"),
}


class Cursor(forms.Field):
    """`<instant>,<id>` of the last row that was shown."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> tuple[datetime, UUID] | None:
        if not value:
            return None
        at, _comma, pk = str(value).partition(",")
        try:
            instant, row = datetime.fromisoformat(at), UUID(pk)
        except ValueError as error:
            raise ValidationError(
                _("This link to an older page is broken. Start at the newest.")
            ) from error
        if instant.tzinfo is None or not 1900 <= instant.year <= 2200:
            raise ValidationError(
                _("This link to an older page is broken. Start at the newest.")
            )
        return instant, row


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        validators=[
            MinValueValidator(date(1900, 1, 1)),
            MaxValueValidator(date(2200, 1, 1)),
        ],
    )


class AuditFilter(forms.Form):
    person = forms.ChoiceField(label=_("Person"), required=False)
    kind = forms.ChoiceField(
        label=_("What"),
        required=False,
        choices=[("", _("everything")), *KINDS.items()],
    )
    subject = forms.CharField(
        label=_("About"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    since = _day(_("From"))
    until = _day(_("To"))
    source = forms.ChoiceField(
        label=_("Through"), required=False, choices=[("", _("any")), *SOURCES.items()]
    )
    of = forms.UUIDField(required=False, widget=forms.HiddenInput)
    before = Cursor(required=False)

    def __init__(
        self, *args: Any, people: Iterable[Membership], zone: ZoneInfo, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        field = self.fields["person"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- for mypy
        field.choices = [
            ("", _("everybody")),
            *((str(person.pk), person.name) for person in people),
        ]

    @property
    def is_narrowing(self) -> bool:
        return any(self.data.get(name) for name in self.fields if name != "before")

    def narrow(self, events: "QuerySet[AuditEvent]") -> "QuerySet[AuditEvent]":
        if not self.is_valid():
            return events.none()
        for condition in self._conditions():
            events = events.filter(condition)
        return events

    def _conditions(self) -> list[Q]:
        asked = self.cleaned_data
        makers: dict[str, Any] = {
            "person": lambda pk: Q(actor=pk),
            "kind": lambda kind: Q(verb__startswith=f"{kind}."),
            "subject": lambda text: Q(subject_name__icontains=text),
            "since": lambda day: Q(at__gte=self._start_of(day)),
            "until": lambda day: Q(at__lt=self._start_of(day + timedelta(days=1))),
            "source": lambda source: Q(source=source),
            "of": lambda pk: Q(subject_id=pk),
            "before": lambda row: (
                Q(at__lte=row[0]) & (Q(at__lt=row[0]) | Q(pk__lt=row[1]))
            ),
        }
        return [make(asked[name]) for name, make in makers.items() if asked[name]]

    def _start_of(self, day: date) -> datetime:
        return datetime.combine(day, time.min, tzinfo=self.zone)
