import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.test import Client

from accounts import tenancy
from accounts.models import AuditEvent, Membership, Team, User, Workspace
from opportunities.models import Opportunity, RecomputeRequest

pytestmark = pytest.mark.django_db(transaction=True)


def open_demo():
    return tenancy.workspace(Workspace.objects.get(slug="demo"))


@pytest.fixture
def small_demo(monkeypatch):
    """Few deals out of a small world: the people are what is looked at here."""
    monkeypatch.setenv("DEMO_PASSWORD", "demo demo demo")
    for name, number in {"DRAWN": 300, "TOLD": 12, "EACH_SYMPTOM": 0}.items():
        monkeypatch.setattr(
            f"buyreadiness.management.commands.seed_demo.{name}", number
        )


def test_demo_has_people_teams_and_deals(small_demo):
    call_command("seed_demo", "--if-empty")

    demo = Workspace.objects.get(slug="demo")
    assert (demo.name, demo.is_demo, demo.prepared_at is None) == ("Demo", True, False)
    people = Membership.objects.of(demo).values_list("name", "roles", "user__email")
    assert sorted(people) == [
        ("Inès Dubois", ["rep"], None),
        ("Lena Peters", ["manager"], "manager@demo.example"),
        ("Noor Jansen", ["rep"], "rep@demo.example"),
        ("Sara Maes", ["admin"], "admin@demo.example"),
        ("Tom Willems", ["rep"], None),
        ("Youssef El Amrani", ["coach"], "coach@demo.example"),
    ]
    assert EmailAddress.objects.filter(verified=True, primary=True).count() == 4
    with open_demo():
        assert dict(Team.objects.values_list("name", "parent__name")) == {
            "Benelux": None,
            "Flanders": "Benelux",
            "Netherlands": "Benelux",
        }
        seen = {
            member.name: Opportunity.objects.visible_to(member).count()
            for member in Membership.objects.of(demo).select_related("workspace")
        }
        assert AuditEvent.objects.filter(source="command").count() > 10
    assert seen["Sara Maes"] == seen["Lena Peters"] == 12
    assert seen["Noor Jansen"] == seen["Tom Willems"] == seen["Youssef El Amrani"]
    assert seen["Noor Jansen"] + seen["Inès Dubois"] == 12
    assert Client().login(email="rep@demo.example", password="demo demo demo")


def test_demo_is_made_once_and_goes_alone(small_demo, capsys):
    call_command("seed_demo")
    call_command("seed_demo", "--if-empty")
    with pytest.raises(CommandError, match="there already"):
        call_command("seed_demo")
    call_command("create_workspace", "Acme", admin="rep@demo.example")

    call_command("seed_demo", "--remove")

    assert list(Workspace.objects.values_list("slug", flat=True)) == ["acme"]
    assert list(User.objects.values_list("email", flat=True)) == ["rep@demo.example"]
    assert not RecomputeRequest.objects.exists()
    call_command("seed_demo", "--remove")
    assert "There is no demo workspace." in capsys.readouterr().out


def test_interrupted_demo_is_made_again(small_demo):
    call_command("seed_demo")
    Workspace.objects.update(prepared_at=None)

    call_command("seed_demo", "--if-empty")

    assert Workspace.objects.get().prepared_at is not None


def test_demo_wants_a_password(monkeypatch):
    monkeypatch.delenv("DEMO_PASSWORD")

    with pytest.raises(CommandError, match="DEMO_PASSWORD is not set"):
        call_command("seed_demo")

    assert not Workspace.objects.exists()


def test_create_workspace_makes_its_administrator(capsys):
    call_command("create_workspace", "Acme", admin="Dora@Example.com")

    said = capsys.readouterr().out
    user = User.objects.get(email="dora@example.com")
    assert "“Acme” is at /w/acme/, and dora@example.com administers it." in said
    assert "/accounts/password/reset/" in said
    assert not user.has_usable_password()
    assert Membership.objects.open_to(user).get().workspace.slug == "acme"


def test_new_administrator_sets_a_password_by_letter(mailoutbox):
    call_command("create_workspace", "Acme", admin="dora@example.com")

    Client().post("/accounts/password/reset/", {"email": "dora@example.com"})

    assert "/accounts/password/reset/key/" in mailoutbox[0].body


def test_create_workspace_knows_who_is_there(capsys):
    for name in ("Acme", "Other"):
        call_command("create_workspace", name, admin="dora@example.com")

    assert User.objects.count() == 1
    assert "is new" not in capsys.readouterr().out.rpartition("“Other”")[2]


@pytest.mark.parametrize(
    ("name", "options", "sentence"),
    [
        (" ", {}, "The name has 1 to 120 letters."),
        ("Acme", {"admin": "dora"}, "'dora' is not an e-mail address."),
        ("Acme", {"slug": "a b"}, "'a b' can't be an address"),
        ("Acme", {"slug": "taken"}, "The address “taken” is in use."),
    ],
)
def test_create_workspace_refuses_nonsense(name, options, sentence):
    call_command("create_workspace", "First", admin="a@example.com", slug="taken")

    with pytest.raises(CommandError, match=sentence):
        call_command("create_workspace", name, **{"admin": "b@example.com"} | options)

    assert Workspace.objects.count() == 1
    assert User.objects.count() == 1
