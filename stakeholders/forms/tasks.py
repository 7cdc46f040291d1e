"""A next step that was promised."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.inputs import DayField
from accounts.forms.teams import choose_from
from accounts.forms.workspaces import GREATEST_VERSION
from accounts.models import Membership
from stakeholders.models import Stakeholder, Task

FIELDS = ("title", "stakeholder", "action", "owner", "department", "due_on")


class TaskForm(forms.Form):
    title = forms.CharField(
        label=_("What"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )
    stakeholder = forms.TypedChoiceField(
        label=_("For whom"), empty_value=None, required=False
    )
    action = forms.ChoiceField(
        label=_("Which step of ours"),
        required=False,
        help_text=_("Then it is said whether it fits where that person stands."),
    )
    owner = forms.TypedChoiceField(label=_("Owner"), empty_value=None, required=False)
    department = forms.CharField(label=_("Department"), max_length=80, required=False)
    due_on = DayField(label=_("Due on"), required=False)

    def __init__(
        self,
        *args: Any,
        people: Iterable[Stakeholder],
        owners: Iterable[Membership],
        steps: Mapping[str, str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["action"].choices = [  # type: ignore[attr-defined]
            ("", _("none in particular")),
            *steps.items(),
        ]
        choose_from(
            self.fields["stakeholder"],
            ((one, str(one)) for one in people),
            _("nobody in particular"),
        )
        choose_from(
            self.fields["owner"], ((one, one.name) for one in owners), _("nobody yet")
        )

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in FIELDS}


class ChangeTaskForm(TaskForm):
    version = forms.IntegerField(
        widget=forms.HiddenInput, min_value=1, max_value=GREATEST_VERSION
    )

    @classmethod
    def initial_of(cls, task: Task) -> dict[str, Any]:
        return {
            "title": task.title,
            "stakeholder": str(task.stakeholder_id or ""),
            "action": task.action,
            "owner": str(task.owner_id or ""),
            "department": task.department,
            "due_on": task.due_on,
            "version": task.version,
        }


class WhoseFilters(forms.Form):
    """Whose tasks, and whether the done ones too."""

    owner = forms.ChoiceField(label=_("Owner"), required=False)
    department = forms.CharField(label=_("Department"), max_length=80, required=False)
    done = forms.BooleanField(label=_("Done ones too"), required=False)

    def __init__(self, *args: Any, owners: Iterable[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].choices = [  # type: ignore[attr-defined]
            ("", _("everybody")),
            *((str(one.pk), one.name) for one in owners),
        ]


class TaskFilters(WhoseFilters):
    """And by what they are put together."""

    DUE, OWNER, PERSON, DEPARTMENT = "due", "owner", "person", "department"

    by = forms.ChoiceField(
        label=_("Put together by"),
        required=False,
        choices=[
            (DUE, _("due date")),
            (OWNER, _("owner")),
            (PERSON, _("for whom")),
            (DEPARTMENT, _("department")),
        ],
    )
    field_order = ("by",)


class MonthFilters(WhoseFilters):
    """And which month, as its first day; none is this one."""

    month = forms.DateField(
        input_formats=["%Y-%m"], required=False, widget=forms.HiddenInput
    )

    def clean_month(self) -> date | None:
        month: date | None = self.cleaned_data["month"]
        if month is not None and not 1900 < month.year < 9999:
            raise forms.ValidationError(_("That month is too far away."))
        return month
