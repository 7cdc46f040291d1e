import pytest
from django.db import connection
from uuid_utils.compat import uuid7

from accounts import tenancy
from accounts.actions.profile import change_profile
from accounts.actions.workspaces import (
    SlugTaken,
    change_workspace,
    create_workspace,
    free_slug,
)
from accounts.models import AuditEvent, Role, Workspace
from accounts.models.base import StaleVersion
from tests.factories import NOW, create_user

pytestmark = pytest.mark.django_db


def make(name: str = "Acme", **fields):
    ws_id, user = uuid7(), create_user(email=f"{uuid7().hex}@example.com", name="Eve")
    with tenancy.inside(connection, ws_id):
        return create_workspace(id=ws_id, name=name, user=user, now=NOW, **fields)


def test_maker_is_its_first_administrator():
    membership = make(base_currency="USD")

    assert membership.roles == [Role.ADMIN, Role.REP]
    assert membership.workspace.base_currency == "USD"
    with tenancy.inside(connection, membership.workspace_id):
        assert AuditEvent.objects.get().verb == "workspace.created"


def test_slug_in_use_is_refused():
    make(slug="acme")

    with pytest.raises(SlugTaken):
        make(slug="acme")


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Acme", "acme-2"),
        ("Demo", "demo-2"),
        ("New", "new-2"),
        ("???", "workspace"),
        ("Été à Liège", "ete-a-liege"),
        ("x" * 39 + " yz", "x" * 39),
    ],
)
def test_free_slug_is_made_of_the_name(name, slug):
    make(name="Acme")

    assert free_slug(name) == slug


def test_change_workspace_refuses_an_old_form(alice, ours):
    change = {"workspace": ours, "by": alice, "now": NOW}
    change_workspace(values={"period": "month"}, version=1, **change)

    with pytest.raises(StaleVersion):
        change_workspace(values={"name": "Theirs"}, version=1, **change)


def test_saving_settings_as_they_are_counts_once(alice, ours):
    values = {"name": ours.name}
    for _time in range(2):
        change_workspace(
            workspace=ours, values=values, version=ours.version, by=alice, now=NOW
        )

    assert Workspace.objects.get(pk=ours.pk).version == 2
    assert AuditEvent.objects.get().verb == "workspace.confirmed"


def test_new_name_of_a_user_reaches_their_memberships(alice):
    change_profile(user=alice.user, values={"name": "Alix"})

    alice.refresh_from_db()
    assert alice.name == "Alix"


def test_profile_takes_preferences_only(alice):
    with pytest.raises(ValueError, match="not a preference: is_active"):
        change_profile(user=alice.user, values={"is_active": False})
