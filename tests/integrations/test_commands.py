"""`import_data` and `export_data`, as they are called."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Membership, Workspace
from accounts.tenancy import workspace
from buyreadiness.services.refused import Refused
from opportunities.models import Opportunity
from tests.integrations.files import COMPANY, SMALL, in_order, write_bundle

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_bundle_goes_into_a_new_workspace_and_comes_back(tmp_path: Path):
    path = write_bundle(tmp_path / "in.jsonl", SMALL)

    call_command("import_data", path, "--workspace", "new-one", "--create")
    call_command("export_data", tmp_path / "out.jsonl", "--workspace", "new-one")

    lines = [json.loads(t) for t in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert lines[0] == {"type": "source", "name": "in.jsonl"}
    assert in_order(lines[1:]) == in_order(SMALL)


def test_the_administrator_of_a_new_workspace_is_a_seat_to_be_invited(tmp_path: Path):
    path = write_bundle(tmp_path / "in.jsonl", [COMPANY])
    admin = ["--admin", "Boss@Ours.example"]

    call_command("import_data", path, "--workspace", "new-one", "--create", *admin)

    seat = Membership.objects.get()
    assert (seat.email, seat.is_seat) == ("boss@ours.example", True)
    assert seat.roles == ["admin", "rep"]


def test_a_dry_run_does_not_even_make_the_workspace(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    path = write_bundle(tmp_path / "in.jsonl", SMALL)
    options = ["--create", "--dry-run"]

    call_command("import_data", path, "--workspace", "new-one", *options)

    assert not Workspace.objects.exists()
    assert "A dry run: nothing was kept." in capsys.readouterr().out


def test_a_refused_file_leaves_no_workspace_behind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    path = write_bundle(tmp_path / "in.jsonl", [*SMALL, COMPANY])

    with pytest.raises(Refused, match=r"^1 row is refused: nothing was imported\.$"):
        call_command("import_data", path, "--workspace", "new-one", "--create")

    assert not Workspace.objects.exists()
    assert "line 6: “c1” stands in line 1 already." in capsys.readouterr().err


def test_a_file_goes_into_a_workspace_that_is_there(
    committed: Workspace, tmp_path: Path
):
    path = write_bundle(tmp_path / "in.jsonl", [COMPANY])

    call_command("import_data", path, "--workspace", "committed")
    call_command("import_data", path, "--workspace", "committed", "--dry-run")

    with workspace(committed):
        assert Opportunity.objects.count() == 0


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--workspace", "nowhere"], "There is no workspace “nowhere”."),
        (["--workspace", "a", "--mapping", "nosuch"], "no mapping “nosuch”"),
        (["--workspace", "Not a slug", "--create"], "can't be the address"),
        (
            ["--workspace", "a", "--create", "--admin", "boss"],
            "boss is not an e-mail address.",
        ),
        (["--workspace", "a", "--currency", "EURO"], "EURO is not a currency"),
    ],
)
def test_what_is_asked_wrongly_is_refused_in_words(
    options: list[str], sentence: str, tmp_path: Path
):
    path = write_bundle(tmp_path / "in.jsonl", [COMPANY])

    with pytest.raises(Refused, match=sentence):
        call_command("import_data", path, *options)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path):
    with pytest.raises(Refused, match="There is no file"):
        call_command("import_data", tmp_path / "no.jsonl", "--workspace", "a")


def test_a_command_without_a_workspace_is_a_wrong_usage(tmp_path: Path):
    with pytest.raises(CommandError):
        call_command("import_data", tmp_path / "no.jsonl")
