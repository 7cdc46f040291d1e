"""The list of deals, narrowed and sorted: the address is the state."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.db.models import F, Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.forms.choices import Choices
from accounts.forms.inputs import DayInput
from accounts.models import Membership
from accounts.queries import matching
from forecasting.models import ConstraintKind, ListedSymptom
from forecasting.queries.listed import GROUPS, NO_LIMIT, RANK, place_of
from opportunities.models import CLOSED_OUTCOMES, Opportunity, Outcome

FRESH_DAYS, COVERED_DAYS = 14, 45
HALF = 0.5
OPEN, CLOSED = "open", "closed"
BY_CONSTRAINT = "constraint"
NOT_KEPT = {"after", "view"}  # where one is, not what one asks

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
    limited = _select(
        _("Limited by"),
        [*ConstraintKind.choices, (NO_LIMIT, _("no limit known"))],
        _("anything"),
    )
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
    coverage = _select(
        _("Coverage"),
        [
            ("high", _("half of the influence or more")),
            ("low", _("less than half")),
            ("none", _("none of it")),
        ],
        _("any"),
    )
    symptom = _select(_("Symptom"), ListedSymptom.choices, _("any or none"))
    least = _amount(_("Amount from"))
    most = _amount(_("Amount to"))
    bare = forms.BooleanField(label=_("Without an amount"), required=False)
    since = _day(_("Closed from"))
    until = _day(_("Closed to"))
    group = _select(
        _("Group by"), [(BY_CONSTRAINT, _("what limits them"))], _("nothing")
    )
    team = forms.UUIDField(required=False, widget=forms.HiddenInput)
    sort = forms.ChoiceField(
        required=False,
        widget=forms.HiddenInput,
        choices=[("", ""), *((s + n, n) for n in SORTS for s in ("", "-"))],
    )
    after = forms.CharField(required=False, max_length=300, widget=forms.HiddenInput)
    view = forms.UUIDField(required=False, widget=forms.HiddenInput)

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

    def clean(self) -> dict[str, Any]:
        """Nothing of an address is left aside in silence, as nothing is at the API."""
        for name in self.data:
            if name not in self.fields:
                sentence = gettext("There is no such parameter here.")
                self.add_error(None, f"{name[:100]}: {sentence}")
            elif len(_all_of(self.data, name)) > 1:
                self.add_error(name, gettext("Give this parameter once."))
        asked = self.cleaned_data
        if asked.get("group") and asked.get("state"):
            sentence = gettext("Only open deals are limited by something.")
            self.add_error("group", sentence)
        return asked

    @property
    def refusals(self) -> Iterator[str]:
        """What of the address makes no sense, in sentences."""
        for name, sentences in self.errors.items():
            label = self.fields[name].label or name if name in self.fields else ""
            for sentence in sentences:
                yield f"{label}: {sentence}" if label else str(sentence)

    @property
    def asked(self) -> dict[str, Any]:
        return self.cleaned_data if self.is_valid() else {}

    @property
    def is_open(self) -> bool:
        return not self.asked.get("state")

    @property
    def is_grouped(self) -> bool:
        return bool(self.asked.get("group"))

    @property
    def is_narrowing(self) -> bool:
        shown = {"sort", "group"} | NOT_KEPT  # how, not which
        return any(self.data.get(name) for name in self.fields.keys() - shown)

    @property
    def has_more(self) -> bool:
        """Whether one of the rarer filters is used: then they stand open."""
        return any(
            self.data.get(name) for name in ("least", "most", "bare", "since", "until")
        )

    @property
    def sorting(self) -> str:
        """The column, with a minus in front when the largest comes first."""
        return self.asked.get("sort") or self._usual_sorting

    @property
    def _usual_sorting(self) -> str:
        return "-chance" if self.is_open else "-closed"

    @property
    def query(self) -> str:
        """What is asked, in one way of saying it: of two that ask the same the same."""
        values = {name: _said(value) for name, value in self.asked.items()}
        if values.get("sort") == self._usual_sorting:
            del values["sort"]
        return urlencode(
            {n: values[n] for n in self.fields if values.get(n) and n not in NOT_KEPT}
        )

    @property
    def in_words(self) -> Iterator[str]:
        """What is asked, for people: each filter with its value."""
        for name, value in self.asked.items():
            field = self.fields[name]
            if not _said(value) or isinstance(field.widget, forms.HiddenInput):
                continue
            names = dict(getattr(field, "choices", ()))
            said = date_format(value) if isinstance(value, date) else value
            said = names.get(value, said)
            yield str(field.label) if value is True else f"{field.label}: {said}"

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
            "limited": _limited,
            "coverage": _covered,
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
        beyond = self._beyond()
        if beyond is not None:
            deals = deals.alias(rank=RANK) if self.is_grouped else deals
            deals = deals.filter(beyond)
        return self.sorted(deals)

    def sorted(self, deals: QuerySet[Opportunity]) -> QuerySet[Opportunity]:
        field = F(SORTS[self.sorting.removeprefix("-")])
        is_down = self.sorting.startswith("-")
        first = field.desc(nulls_last=True) if is_down else field.asc(nulls_last=True)
        if self.is_grouped:
            return deals.order_by(RANK.asc(), first, "pk")
        return deals.order_by(first, "pk")

    @property
    def last_group(self) -> str | None:
        """The group of the last one shown, where a page goes on within it."""
        if not self.is_grouped or not self.asked.get("after"):
            return None
        kind = self.asked["after"].partition(",")[0]
        return kind if kind in GROUPS else None

    def _beyond(self) -> Q | None:
        """What comes after the last one shown; None, from the start, for a broken link."""
        after, group = self.asked.get("after", ""), self.last_group
        if not self.is_grouped:
            return self._beyond_in_order(after)
        if group is None:
            return None
        beyond, place = self._beyond_in_order(after.partition(",")[2]), place_of(group)
        return beyond and (Q(rank__gt=place) | Q(rank=place) & beyond)

    def _beyond_in_order(self, after: str) -> Q | None:
        name = SORTS[self.sorting.removeprefix("-")]
        value, _comma, pk = after.rpartition(",")
        try:
            last = UUID(pk)
            known = _typed(name, value) if value else None
        except ValueError:
            return None
        nothing = Q(**{f"{name}__isnull": True})
        if not value:
            return nothing & Q(pk__gt=last)
        than = "lt" if self.sorting.startswith("-") else "gt"
        beyond = Q(**{f"{name}__{than}": known})
        return beyond | Q(**{name: known}, pk__gt=last) | nothing


def _said(value: Any) -> str:
    """A value as an address says it; empty: nothing is asked."""
    if value is None or value is False:
        return ""
    if value is True:
        return "on"
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def _all_of(data: Any, name: str) -> list[Any]:
    return data.getlist(name) if hasattr(data, "getlist") else [data[name]]


def _limited(kind: str) -> Q:
    if kind == NO_LIMIT:
        return Q(outlooks__constraint_kind="") | Q(outlooks__isnull=True)
    return Q(outlooks__constraint_kind=kind)


def _covered(share: str) -> Q:
    """By the share of the influence that was heard lately."""
    at = "outlooks__coverage"
    conditions = {
        "high": Q(**{f"{at}__gte": HALF}),
        "low": Q(**{f"{at}__gt": 0, f"{at}__lt": HALF}),
        "none": Q(**{at: 0}) | Q(**{f"{at}__isnull": True}),
    }
    return conditions[share]


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
