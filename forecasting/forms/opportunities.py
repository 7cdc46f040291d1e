"""The list of deals, narrowed and sorted: the address is the state."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.forms.choices import Choices
from accounts.forms.inputs import DayInput
from accounts.models import Membership
from accounts.queries import matching
from forecasting.models import ConstraintKind, ListedSymptom
from opportunities.models import CLOSED_OUTCOMES, Opportunity, Outcome

FRESH_DAYS, COVERED_DAYS = 14, 45
OPEN, CLOSED = "open", "closed"

# What a column sorts by. Of what has no value, nobody knows: it comes last both ways.
SORTS = {
    "name": "name",
    "owner": "owner__name",
    "chance": "outlooks__won_by_target_probability",
    "amount": "outlooks__amount_sort",
    "decision": "outlooks__decision_median_on",
    "heard": "outlooks__last_heard_at",
    "closed": "closed_on",
}


def _select(label: Any, choices: Iterable[tuple[str, Any]], any_: Any) -> Any:
    return forms.ChoiceField(
        label=label, required=False, choices=[("", any_), *choices]
    )


def _amount(label: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, required=False, min_value=0, max_digits=16)


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=DayInput)


class OpportunitiesFilter(forms.Form):
    q = forms.CharField(
        label=_("Deal or company"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", Outcome.OPEN.label),
            (CLOSED, _("closed")),
            *((outcome.value, outcome.label) for outcome in CLOSED_OUTCOMES),
        ],
    )
    owner = forms.ChoiceField(label=_("Owner"), required=False)
    limited = _select(_("Limited by"), ConstraintKind.choices, _("anything"))
    phase = forms.ChoiceField(label=_("Their phase"), required=False)
    heard = _select(
        _("Last heard"),
        [
            ("fresh", _("in the last 14 days")),
            ("ageing", _("15 to 45 days ago")),
            ("stale", _("more than 45 days ago")),
            ("never", _("nobody yet")),
        ],
        _("any time"),
    )
    symptom = _select(_("Symptom"), ListedSymptom.choices, _("any or none"))
    least = _amount(_("Amount from"))
    most = _amount(_("Amount to"))
    bare = forms.BooleanField(label=_("Without an amount"), required=False)
    since = _day(_("Closed from"))
    until = _day(_("Closed to"))
    team = forms.UUIDField(required=False, widget=forms.HiddenInput)
    sort = forms.ChoiceField(
        required=False,
        widget=forms.HiddenInput,
        choices=[("", ""), *((s + n, n) for n in SORTS for s in ("", "-"))],
    )
    after = forms.CharField(required=False, max_length=300, widget=forms.HiddenInput)

    def __init__(
        self, data: Any, *, owners: Iterable[Membership], phases: Choices, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        known = [(str(owner.pk), owner.name) for owner in owners]
        for name, choices in (("owner", known), ("phase", phases)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- for mypy
            everything = _("everybody") if name == "owner" else _("anywhere")
            field.choices = [("", everything), *choices]

    @property
    def asked(self) -> dict[str, Any]:
        return self.cleaned_data if self.is_valid() else {}

    @property
    def is_open(self) -> bool:
        return not self.asked.get("state")

    @property
    def is_narrowing(self) -> bool:
        return any(
            self.data.get(name) for name in self.fields.keys() - {"sort", "after"}
        )

    @property
    def has_more(self) -> bool:
        """Whether one of the rarer filters is used: then they stand open."""
        return any(
            self.data.get(name) for name in ("least", "most", "bare", "since", "until")
        )

    @property
    def sorting(self) -> str:
        """The column, with a minus in front when the largest comes first."""
        default = "-chance" if self.is_open else "-closed"
        return self.asked.get("sort") or default

    def narrow(
        self,
        deals: QuerySet[Opportunity],
        *,
        now: datetime,
        owners: Iterable[UUID] | None = None,
    ) -> QuerySet[Opportunity]:
        """Keep those asked for, none when the question makes no sense.

        `owners` are those of the team that is asked for.
        """
        if not self.is_valid():
            return deals.none()
        conditions = [self._of_state(), *self._about(now)]
        if owners is not None:
            conditions.append(Q(owner__in=owners))
        return deals.filter(*conditions)

    def _of_state(self) -> Q:
        state = self.asked["state"] or OPEN
        if state == CLOSED:
            return Q(outcome__in=CLOSED_OUTCOMES)
        return Q(outcome=state)

    def _about(self, now: datetime) -> list[Q]:
        asked = self.asked
        makers: dict[str, Any] = {
            "q": lambda text: (
                Q(pk__in=matching(text, kind="opportunity"))
                | Q(company__in=matching(text, kind="company"))
            ),
            "owner": lambda pk: Q(owner=pk),
            "limited": lambda kind: Q(outlooks__constraint_kind=kind),
            "phase": lambda anchor: Q(outlooks__constraint_anchor=anchor),
            "symptom": lambda code: Q(outlooks__symptoms__contains=code),
            "heard": lambda age: _heard(age, now=now),
            "bare": lambda _yes: self._bare(),
            "since": lambda day: Q(closed_on__gte=day),
            "until": lambda day: Q(closed_on__lte=day),
            "least": lambda least: Q(**{f"{self._worth}__gte": least}),
            "most": lambda most: Q(**{f"{self._worth}__lte": most}),
        }
        return [
            make(asked[name])
            for name, make in makers.items()
            if asked[name] not in ("", None, False)
        ]

    @property
    def _worth(self) -> str:
        """In the base currency while open; a closed deal in its own."""
        return "outlooks__amount_sort" if self.is_open else "won_amount"

    def _bare(self) -> Q:
        if not self.is_open:
            return Q(won_amount__isnull=True)
        return Q(amount__isnull=True, outlooks__amount__isnull=True)

    def order(self, deals: QuerySet[Opportunity]) -> QuerySet[Opportunity]:
        """Those after the last one shown, sorted."""
        name = self.sorting.removeprefix("-")
        is_down = self.sorting.startswith("-")
        return self.sorted(self._beyond(deals, SORTS[name], is_down=is_down))

    def sorted(self, deals: QuerySet[Opportunity]) -> QuerySet[Opportunity]:
        field = F(SORTS[self.sorting.removeprefix("-")])
        is_down = self.sorting.startswith("-")
        first = field.desc(nulls_last=True) if is_down else field.asc(nulls_last=True)
        return deals.order_by(first, "pk")

    def _beyond(
        self, deals: QuerySet[Opportunity], field: str, *, is_down: bool
    ) -> QuerySet[Opportunity]:
        """Those that come after the last one shown; from the start for a broken link."""
        value, _comma, pk = self.asked.get("after", "").rpartition(",")
        try:
            last = UUID(pk)
            known = _typed(field, value) if value else None
        except ValueError:
            return deals
        nothing = Q(**{f"{field}__isnull": True})
        if not value:
            return deals.filter(nothing, pk__gt=last)
        beyond = Q(**{f"{field}__{'lt' if is_down else 'gt'}": known})
        same = Q(**{field: known}, pk__gt=last)
        return deals.filter(beyond | same | nothing)


def _typed(field: str, value: str) -> Any:
    if field.endswith(("_probability", "_sort")):
        return float(value)
    if field.endswith("_on"):
        return datetime.fromisoformat(value).date()
    if field.endswith("_at"):
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError(value)
        return moment
    return value


def _heard(age: str, *, now: datetime) -> Q:
    fresh, covered = (now - timedelta(days=n) for n in (FRESH_DAYS, COVERED_DAYS))
    at = "outlooks__last_heard_at"
    conditions = {
        "fresh": Q(**{f"{at}__gte": fresh}),
        "ageing": Q(**{f"{at}__lt": fresh, f"{at}__gte": covered}),
        "stale": Q(**{f"{at}__lt": covered}),
        "never": Q(**{f"{at}__isnull": True}),
    }
    return conditions[age]
