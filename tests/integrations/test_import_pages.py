"""An import by its pages: looked at, tried, committed or thrown away."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from accounts.models import AuditEvent, Membership
from integrations.models import ImportChunk, ImportRow, ImportRun, ImportStatus
from opportunities.models import Opportunity, ScheduleSlot
from tests.integrations.files import SMALL, furnish, write_bundle
from tests.integrations.pages import (
    IMPORT,
    PLAIN,
    answers,
    commit,
    try_it,
    upload,
    work_off,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def furnished(ours: Any) -> None:
    furnish()


def only_run() -> ImportRun:
    return ImportRun.objects.get()


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def imported(client: Any, data: bytes, name: str = "deals.csv") -> ImportRun:
    """Take a file all the way."""
    upload(client, data, name)
    run = ImportRun.objects.latest("pk")
    assert try_it(client, run).status_code == 303
    work_off()
    assert commit(client, run).status_code == 303
    work_off()
    run.refresh_from_db()
    return run


def test_a_table_goes_all_the_way(as_alice: Any):
    run = imported(as_alice, PLAIN)

    deal = Opportunity.objects.get()
    page = text_of(as_alice.get(f"{IMPORT}/{run.pk}"))
    assert run.status == ImportStatus.COMMITTED
    assert (deal.name, deal.owner.name, deal.owner.is_seat) == ("Planning", "Dora", True)
    assert "It was imported on" in page
    assert "What it did" in page


def test_a_bundle_goes_all_the_way(as_alice: Any, tmp_path: Path):
    data = write_bundle(tmp_path / "b.jsonl", SMALL).read_bytes()

    run = imported(as_alice, data, "b.jsonl")

    assert run.status == ImportStatus.COMMITTED
    assert run.counts["interaction"] == {"made": 1, "changed": 0, "unchanged": 0}


def test_the_same_file_again_changes_nothing(as_alice: Any):
    imported(as_alice, PLAIN)
    before = Opportunity.objects.values().get()

    run = imported(as_alice, PLAIN)

    assert Opportunity.objects.values().get() == before
    assert run.counts["opportunity"] == {"made": 0, "changed": 0, "unchanged": 1}
