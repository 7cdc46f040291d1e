"""What is asked about a view: its name, and who finds it."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import TooManyFieldsSent
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.forms.workspaces import GREATEST_VERSION
from accounts.models import Membership, Team
from accounts.queries import visible_owners
from forecasting.forms.opportunities import OpportunitiesFilter
from forecasting.models import LONGEST_QUERY, Reach, SavedView
from forecasting.queries.listed import labels_by_anchor


class UnknownQuestion(Exception):
    """The list of deals can't be asked this."""


def _too_long() -> UnknownQuestion:
    return UnknownQuestion(gettext("That is more than a view can keep."))


class Questions:
    """Reads what views ask, as this member may ask it; three queries at most."""

    def __init__(self, member: Membership) -> None:
        seen = visible_owners(member)
        owners = Membership.objects.of(member.workspace).only("pk", "name")
        self.owners = list(owners if seen is None else owners.filter(pk__in=seen))
        self.phases = list(labels_by_anchor().items())

    def read(self, query: str) -> OpportunitiesFilter:
        """:raises UnknownQuestion: when it is longer than anything that is kept."""
        try:
            data = QueryDict(query)
        except TooManyFieldsSent:
            raise _too_long() from None
        return OpportunitiesFilter(data, owners=self.owners, phases=self.phases)

    def canonical(self, query: str) -> str:
        """:raises UnknownQuestion: when the list would answer it with a sentence."""
        if len(query) > 2 * LONGEST_QUERY:
            raise _too_long()
        form = self.read(query)
        refusal = next(form.refusals, "")
        team = form.asked.get("team")
        if team and str(team) not in self.teams:
            refusal = f"team: {gettext('There is no row with this id.')}"
        if refusal:
            raise UnknownQuestion(refusal)
        if len(form.query) > LONGEST_QUERY:
            raise _too_long()
        return form.query

    def in_words(self, query: str) -> list[str]:
        """Each filter with its value; what this member can't ask, as they are told it."""
        form = self.read(query)
        if not form.is_valid():
            return list(form.refusals)
        words = list(form.in_words)
        if team := form.asked["team"]:
            name = self.teams.get(str(team), "?")
            words.append(gettext("the team %(team)s") % {"team": name})
        return words or [gettext("all open deals")]

    @cached_property
    def teams(self) -> dict[str, str]:
        """Read when a question is about one."""
        return {str(team.pk): team.name for team in Team.objects.all()}


class ViewForm(forms.Form):
    """`kept` is what a view is at present; without one it is about to be made."""

    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    shared = forms.ChoiceField(
        label=_("Who finds it"),
        help_text=_("Everybody sees in it the deals they may see, and no others."),
    )

    def __init__(
        self,
        *args: Any,
        teams: Iterable[Team],
        may_share: bool,
        kept: SavedView | None = None,
        **kwargs: Any,
    ) -> None:
        if kept is not None:
            kwargs["initial"] = {
                "name": kept.name,
                "shared": str(kept.team_id or kept.reach),
                "version": kept.version,
            }
        super().__init__(*args, **kwargs)
        self.teams = {str(team.pk): team for team in teams}
        if kept is not None and kept.team is not None:
            self.teams[str(kept.team_id)] = kept.team
        everybody = may_share or (kept is not None and kept.is_for_all)
        field = self.fields["shared"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- for mypy
        choices: list[tuple[str, Any]] = [(Reach.OWN.value, Reach.OWN.label)]
        choices += [
            (key, gettext("the team %(team)s") % {"team": team.name})
            for key, team in self.teams.items()
        ]
        if everybody:
            choices.append((Reach.WORKSPACE.value, Reach.WORKSPACE.label))
        field.choices = choices

    @property
    def values(self) -> dict[str, Any]:
        shared = self.cleaned_data["shared"]
        return {
            "name": self.cleaned_data["name"],
            "team": self.teams.get(shared),
            "is_for_all": shared == Reach.WORKSPACE,
        }


class NewViewForm(ViewForm):
    query = forms.CharField(
        required=False, max_length=2 * LONGEST_QUERY, widget=forms.HiddenInput
    )


class ChangedViewForm(ViewForm):
    version = forms.IntegerField(
        widget=forms.HiddenInput, min_value=1, max_value=GREATEST_VERSION
    )


class AnotherQuestionForm(forms.Form):
    """What a view is to ask from now on, and the version that was seen."""

    query = forms.CharField(required=False, max_length=2 * LONGEST_QUERY)
    version = forms.IntegerField(min_value=1, max_value=GREATEST_VERSION)
