"""The pages of an import, and a worker that does what they ask for, in this process."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.tenancy.tasks import Door
from integrations.importing.working import work
from integrations.models import ImportRun
from opportunities.models import ScheduleSlot
from tests.factories import NOW

IMPORT = "/w/ours/settings/import"
PLAIN = b"id,name,opened_on,owner_name\no1,Planning,2026-01-05,Dora\n"


def upload(
    client: Client, data: bytes, name: str = "deals.csv", **beside: bytes
) -> Any:
    """Post a file, and files beside it: `accounts=b"..."` is accounts.csv."""
    files = [SimpleUploadedFile(f"{each}.csv", told) for each, told in beside.items()]
    body = {"file": SimpleUploadedFile(name, data), "beside": files}
    return client.post(IMPORT, body)


def answers(client: Client, run: ImportRun) -> dict[str, Any]:
    """What the mapping page proposes."""
    form = client.get(f"{IMPORT}/{run.pk}/mapping").context["form"]
    if form is None:
        return {}
    told = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in told.items() if value not in (None, False)}


def try_it(client: Client, run: ImportRun, **told: Any) -> Any:
    return client.post(f"{IMPORT}/{run.pk}/mapping", answers(client, run) | told)


def commit(client: Client, run: ImportRun) -> Any:
    return client.post(f"{IMPORT}/{run.pk}/commit")


def work_off(
    *, door: Door = nullcontext, now: Callable[[], datetime] = lambda: NOW
) -> None:
    """Do what a worker does, once for each slot."""
    for pk in list(
        ScheduleSlot.objects.filter(job="import").values_list("pk", flat=True)
    ):
        work(slot_id=pk, door=door, now=now)
