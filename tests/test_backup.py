"""Everything in one file, and back: row-level security hides nothing from it."""

import json
import stat
import zipfile
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from accounts import tenancy
from accounts.models import Membership, User, Workspace
from buyreadiness.backup import MANIFEST, NotABackup, NotEmpty, OtherVersion
from buyreadiness.services.refused import Refused
from readiness.models import PhaseReading, Signal
from tests.factories import (
    PASSWORD,
    create_membership,
    create_user,
    create_workspace,
    give_defaults,
)
from tests.recompute.build import make, open_deal, say, seat

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def two() -> list[Workspace]:
    """Two workspaces with a deal each, and one user who is in both."""
    user = create_user(email="alice@example.com", name="Alice")
    places = [create_workspace(slug=slug, name=slug) for slug in ("ours", "theirs")]
    for place in places:
        member = create_membership(workspace=place, user=user, roles=("admin", "rep"))
        with tenancy.workspace(place):
            give_defaults()
            deal = open_deal(owner=member)
            say(seat(deal, "Zoë\tl'Été\\n"), "B03")
            make(deal)
    return places


def backup(path: Path) -> dict[str, bytes]:
    call_command("backup", path)
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def manifest_of(entries: dict[str, bytes]) -> dict[str, object]:
    return {**json.loads(entries.pop(MANIFEST)), "made_at": None}


def empty() -> None:
    call_command("flush", interactive=False, verbosity=0)


def test_what_is_restored_is_what_was_there(two: list[Workspace], tmp_path: Path):
    before = backup(tmp_path / "one.zip")
    empty()
    assert not Workspace.objects.exists()

    call_command("restore", tmp_path / "one.zip")

    after = backup(tmp_path / "two.zip")
    assert manifest_of(after) == manifest_of(before)
    assert after == before
    for place in two:
        with tenancy.workspace(place):
            assert Signal.objects.get().code == "B03"
            assert str(Signal.objects.get().stakeholder.person) == "Zoë\tl'Été\\n"
            assert PhaseReading.objects.exists()
    assert Client().login(email="alice@example.com", password=PASSWORD)


def test_rows_of_every_workspace_are_in_it(two: list[Workspace], tmp_path: Path):
    entries = backup(tmp_path / "all.zip")

    manifest = json.loads(entries[MANIFEST])
    for place in two:
        with tenancy.workspace(place), connection.cursor() as cursor:
            for table in ("readiness_signal", "accounts_auditevent", "coaching_play"):
                cursor.execute(
                    f"SELECT count(*) FROM {table} WHERE workspace_id = %s",
                    [place.pk],
                )
                (count,) = cursor.fetchone()
                lines = entries.get(f"workspaces/{place.pk}/{table}", b"")
                assert lines.count(b"\n") == count > 0
    assert manifest["rows"]["readiness_signal"] == 2
    assert manifest["rows"]["accounts_user"] == 1


def test_only_its_owner_may_read_it(two: list[Workspace], tmp_path: Path):
    backup(tmp_path / "all.zip")

    assert stat.S_IMODE((tmp_path / "all.zip").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["all.zip"]


def test_sessions_are_left_out(two: list[Workspace], tmp_path: Path):
    Client().login(email="alice@example.com", password=PASSWORD)

    entries = backup(tmp_path / "all.zip")

    assert not [name for name in entries if "session" in name]


def test_two_installations_are_not_mixed(two: list[Workspace], tmp_path: Path):
    backup(tmp_path / "all.zip")

    with pytest.raises(NotEmpty, match="restored into an empty one"):
        call_command("restore", tmp_path / "all.zip")

    assert Membership.objects.count() == 2


def test_other_tables_are_refused(two: list[Workspace], tmp_path: Path):
    entries = backup(tmp_path / "all.zip")
    manifest = json.loads(entries.pop(MANIFEST))
    manifest["migrations"].append(["readiness", "0099_later"])
    with zipfile.ZipFile(tmp_path / "later.zip", "w") as archive:
        for name, body in {**entries, MANIFEST: json.dumps(manifest).encode()}.items():
            archive.writestr(name, body)
    empty()

    with pytest.raises(OtherVersion, match="restore it with the version"):
        call_command("restore", tmp_path / "later.zip")


def test_a_backup_that_lost_rows_leaves_nothing(two: list[Workspace], tmp_path: Path):
    entries = backup(tmp_path / "all.zip")
    lost = next(name for name in entries if name.endswith("readiness_signal"))
    with zipfile.ZipFile(tmp_path / "less.zip", "w") as archive:
        for name, body in entries.items():
            if name != lost:
                archive.writestr(name, body)
    empty()

    with pytest.raises(NotABackup, match="rows are missing"):
        call_command("restore", tmp_path / "less.zip")

    assert not User.objects.exists()


@pytest.mark.parametrize("cut", [0, -200])
def test_half_a_file_is_refused(two: list[Workspace], tmp_path: Path, cut: int):
    backup(tmp_path / "all.zip")
    whole = (tmp_path / "all.zip").read_bytes()
    (tmp_path / "half.zip").write_bytes(whole[:cut])
    empty()

    with pytest.raises(NotABackup, match="not a whole backup"):
        call_command("restore", tmp_path / "half.zip")

    assert not User.objects.exists()


def test_a_file_that_is_not_there_is_said(tmp_path: Path):
    with pytest.raises(NotABackup, match="There is no file"):
        call_command("restore", tmp_path / "none.zip")
    with pytest.raises(Refused, match="can't be written"):
        call_command("backup", tmp_path / "no" / "folder.zip")
