"""The API about members and seats."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from accounts.actions.members import (
    AlreadyAMember,
    AlreadyRemoved,
    HeirNeeded,
    LastAdministrator,
    add_seat,
    change_roles,
    reinstate,
    remove_member,
    suspend,
)
from accounts.models import Membership, MembershipStatus, Role
from accounts.rest import Act, Change, Creation, Filter, Reader, Resource
from accounts.rest import fields as body
from accounts.rest.columns import (
    ID,
    TEXT,
    Column,
    column,
    list_of,
    maybe,
    one_of,
)


class MemberChangeBody(body.Body):
    name = body.Text(max_length=120)
    roles = serializers.ListField(
        child=body.Choice(Role.choices), min_length=1, max_length=len(Role)
    )


class MemberBody(MemberChangeBody):
    email = body.Mail(max_length=254, required=False)


class RemoveBody(body.Body):
    heir = body.Id(required=False, allow_null=True)


def _members(reader: Reader) -> "QuerySet[Any]":
    return Membership.objects.of(reader.workspace)


def _add(given: Mapping[str, Any], reader: Reader) -> Membership:
    return add_seat(
        workspace=reader.workspace, **given, by=reader.membership, now=reader.now
    )


def _change(member: Membership, given: Mapping[str, Any], reader: Reader) -> Membership:
    return change_roles(
        membership=member,
        name=given.get("name", member.name),
        roles=given.get("roles", member.roles),
        version=member.version,
        by=reader.membership,
        now=reader.now,
    )


def _suspend(
    member: Membership, given: Mapping[str, Any], reader: Reader
) -> Membership:
    return suspend(membership=member, by=reader.membership, now=reader.now)


def _reinstate(
    member: Membership, given: Mapping[str, Any], reader: Reader
) -> Membership:
    return reinstate(membership=member, by=reader.membership, now=reader.now)


def _remove(member: Membership, given: Mapping[str, Any], reader: Reader) -> Membership:
    heir = given.get("heir")
    return remove_member(
        membership=member,
        heir=heir and _heir(heir, reader),
        by=reader.membership,
        now=reader.now,
    )


def _heir(id: Any, reader: Reader) -> Membership:
    found = Membership.objects.of(reader.workspace).able_to_own().filter(pk=id).first()
    if found is None:
        raise ValidationError({"heir": [_("There is no row with this id.")]})
    return found


MEMBERS = Resource(
    name="members",
    noun="member",
    about="Who belongs to the workspace, with a sign-in or as a seat. What is made is a "
    "seat: a name that can own deals and be invited later, on the page.",
    permission="member.see",
    rows=_members,
    columns={
        "id": column("pk", ID),
        "name": column("name"),
        "email": maybe("email"),
        "roles": column("roles", list_of(one_of(Role))),
        "status": column("status", one_of(MembershipStatus)),
        "is_seat": Column(
            ("user_id",), {"type": "boolean"}, lambda user_id: user_id is None
        ),
    },
    filters={
        "email": Filter(TEXT, "email"),
        "status": Filter(one_of(MembershipStatus), "status"),
    },
    orderings={"id": "pk", "name": "name"},
    creation=Creation(MemberBody, _add, "member.manage", (AlreadyAMember,)),
    change=Change(
        MemberChangeBody,
        _change,
        "member.manage",
        (AlreadyRemoved, LastAdministrator),
    ),
    version="version",
    row_acts=(
        Act(
            "suspend",
            "They can't come in any more; nothing is taken away from them.",
            _suspend,
            "member.manage",
            refusals=(AlreadyRemoved, LastAdministrator),
        ),
        Act(
            "reinstate",
            "They can come in again.",
            _reinstate,
            "member.manage",
            refusals=(AlreadyRemoved,),
        ),
        Act(
            "remove",
            "They go: `heir` takes over what they own, their keys are worthless at once, "
            "what they wrote keeps their name.",
            _remove,
            "member.manage",
            RemoveBody,
            (AlreadyRemoved, HeirNeeded, LastAdministrator),
        ),
    ),
)
