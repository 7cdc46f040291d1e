"""Which deals a list shows, in which order."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from forecasting.models import ConstraintKind
from opportunities.models import AMOUNT

OPEN, CLOSED, ALL = "open", "closed", "all"
FRESH, SILENT, NEVER = "fresh", "silent", "never"
SORTS = {
    "chance": _("chance to win"),
    "amount": _("amount"),
    "name": _("name"),
    "date": _("decision date"),
    "heard": _("last heard"),
}


class DealFilters(forms.Form):
    q = forms.CharField(label=_("Name"), required=False, max_length=120)
    status = forms.ChoiceField(
        label=_("Status"),
        choices=[(OPEN, _("open")), (CLOSED, _("closed")), (ALL, _("all"))],
        required=False,
    )
    owner = forms.ChoiceField(label=_("Owner"), required=False)
    limited_by = forms.ChoiceField(
        label=_("Limited by"),
        choices=[("", _("anything")), *ConstraintKind.choices],
        required=False,
    )
    heard = forms.ChoiceField(
        label=_("Last heard"),
        choices=[
            ("", _("whenever")),
            (FRESH, _("within 30 days")),
            (SILENT, _("longer ago")),
            (NEVER, _("never")),
        ],
        required=False,
    )
    least = forms.DecimalField(
        label=_("Amount from"), required=False, min_value=0, **AMOUNT
    )
    most = forms.DecimalField(label=_("to"), required=False, min_value=0, **AMOUNT)
    sort = forms.ChoiceField(
        label=_("Order"), choices=list(SORTS.items()), required=False
    )

    def __init__(self, data: Any, *, owners: Iterable[Membership]) -> None:
        super().__init__(data)
        self.fields["owner"].choices = [  # type: ignore[attr-defined]
            ("", _("everybody")),
            *((str(one.pk), one.name) for one in owners),
        ]
        self.given: dict[str, Any] = self._kept()

    def _kept(self) -> dict[str, Any]:
        """What was chosen; a choice that makes no sense is as none."""
        self.is_valid()
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if value is not None
        }

    @property
    def status_shown(self) -> str:
        return str(self.given.get("status") or OPEN)

    @property
    def order(self) -> str:
        return str(self.given.get("sort") or "chance")

    @property
    def is_narrow(self) -> bool:
        """Whether something is left out besides what is closed."""
        return any(
            self.given.get(name)
            for name in ("q", "owner", "limited_by", "heard", "least", "most")
        )

    def query(self, **also: str) -> str:
        """The address of this list, with something else in it too."""
        kept = {name: str(value) for name, value in self.given.items() if value}
        return urlencode(kept | also)
