"""What goes on a page for the buyer."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from stakeholders.models import Task
from stakeholders.queries.material import Part


class MaterialForm(forms.Form):
    """Nothing of our own notes is on the page unless it is ticked here."""

    title = forms.CharField(label=_("Title"), max_length=120)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    parts = forms.MultipleChoiceField(
        label=_("What it holds"),
        choices=[
            (Part.CHECKLIST.value, _("what a decision usually needs")),
            (Part.BUSINESS_CASE.value, _("outline of a business case")),
            (Part.QUESTIONS.value, _("questions for colleagues")),
            (Part.PLAN.value, _("shared plan")),
        ],
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self, *args: Any, tasks: Iterable[Task], has_decision: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if choices := [(str(task.pk), task.title) for task in tasks]:
            self.fields["tasks"] = forms.MultipleChoiceField(
                label=_("Steps of the shared plan"),
                required=False,
                choices=choices,
                help_text=_("The buyer reads their words as they stand."),
                widget=forms.CheckboxSelectMultiple,
            )
        if has_decision:
            self.fields["decision"] = forms.BooleanField(
                label=_("The day by which they said they will decide"), required=False
            )
