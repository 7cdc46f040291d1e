"""A note, a promise, a question for help and its answer."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.inputs import DayField
from accounts.forms.teams import choose_from
from opportunities.models import Opportunity
from stakeholders.models import Stakeholder

LONGEST = 3000


class NoteForm(forms.Form):
    text = forms.CharField(
        label=_("Note"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "You two read it, and nobody else. Of a buyer: as if they read it."
        ),
    )


class CommitmentForm(forms.Form):
    what = forms.CharField(
        label=_("What"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    due_on = DayField(label=_("Until"))


class HelpForm(forms.Form):
    """About which deal, and whom in it."""

    deal = forms.TypedChoiceField(label=_("Deal"), empty_value=None)
    about = forms.TypedChoiceField(label=_("About"), empty_value=None, required=False)
    question = forms.CharField(
        label=_("Your question"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4, "autofocus": True}),
    )

    def __init__(
        self,
        *args: Any,
        deals: Iterable[Opportunity],
        people: Iterable[Stakeholder],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        choose_from(
            self.fields["deal"], ((one, str(one)) for one in deals), _("choose…")
        )
        people = list(people)
        if people:
            choose_from(
                self.fields["about"],
                ((one, str(one)) for one in people),
                _("the deal as a whole"),
            )
        else:
            del self.fields["about"]


class HelpAnswerForm(forms.Form):
    answer = forms.CharField(
        label=_("Answer"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3})
    )
