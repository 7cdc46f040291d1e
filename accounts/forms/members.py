"""What is asked about members: who they are, what they do, who takes over."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.forms.workspaces import GREATEST_VERSION
from accounts.models import Invitation, Membership, MembershipStatus, Role
from accounts.models.membership import MembershipQuerySet


class MemberForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=Role.choices,
        initial=[Role.REP],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Several at once are fine: rights add up."),
        error_messages={"required": _("Choose at least one role.")},
    )


class ChangeMemberForm(MemberForm):
    version = forms.IntegerField(
        widget=forms.HiddenInput, min_value=1, max_value=GREATEST_VERSION
    )


class AddMemberForm(MemberForm):
    email = forms.EmailField(
        label=_("E-mail address"),
        required=False,
        max_length=254,
        help_text=_("Needed for an invitation only."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    field_order = ("name", "email", "roles")

    INVITE = "invite"

    @property
    def wants_invitation(self) -> bool:
        """Whether the button “Add and invite” was pressed."""
        return self.data.get("then") == self.INVITE

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if self.wants_invitation and "email" in values and not values["email"]:
            self.add_error("email", _("An invitation needs an e-mail address."))
        return values


class InviteForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )


class HeirForm(forms.Form):
    """Who takes over what a member owns; asked only when there is something."""

    heir = forms.TypedChoiceField(label=_("New owner"), empty_value=None)

    def __init__(
        self, *args: Any, candidates: Iterable[Membership], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        known = {str(member.pk): member for member in candidates}
        field = self.fields["heir"]
        assert isinstance(field, forms.TypedChoiceField)  # noqa: S101 -- for mypy
        field.choices = [
            ("", _("Choose a person")),
            *((key, member.name) for key, member in known.items()),
        ]
        field.coerce = known.__getitem__


class MembersFilter(forms.Form):
    """The list of members, narrowed by words and by status."""

    ACTIVE, SEAT, INVITED, SUSPENDED = "active", "seat", "invited", "suspended"

    q = forms.CharField(
        label=_("Name or e-mail address"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    status = forms.ChoiceField(
        label=_("Status"),
        required=False,
        choices=[
            ("", _("everybody")),
            (ACTIVE, _("with sign-in")),
            (INVITED, _("invited")),
            (SEAT, _("seats")),
            (SUSPENDED, _("suspended")),
        ],
    )
    after = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def narrow(self, members: MembershipQuerySet, *, now: datetime) -> Any:
        """Keep those asked for; everybody when the question makes no sense."""
        if not self.is_valid():
            return members.none()
        text, status = self.cleaned_data["q"], self.cleaned_data["status"]
        if text:
            members = members.filter(Q(name__icontains=text) | Q(email__icontains=text))
        return members.filter(self._condition(status, now)) if status else members

    def _condition(self, status: str, now: datetime) -> Q | Any:
        invited = Exists(Invitation.objects.open(now).filter(membership=OuterRef("pk")))
        active = Q(status=MembershipStatus.ACTIVE)
        conditions = {
            self.ACTIVE: active & Q(user__isnull=False),
            self.SEAT: active & Q(user__isnull=True) & ~Q(invited),
            self.INVITED: active & Q(user__isnull=True) & Q(invited),
            self.SUSPENDED: Q(status=MembershipStatus.SUSPENDED),
        }
        return conditions[status]

    @property
    def is_narrowing(self) -> bool:
        return any(self.data.get(name) for name in ("q", "status"))

    @property
    def after_id(self) -> UUID | None:
        found: UUID | None = self.cleaned_data.get("after") if self.is_valid() else None
        return found
