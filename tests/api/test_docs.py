"""The examples of docs/api.md, run as they are written."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.actions.keys import create_api_key
from accounts.models import Membership, Role, Workspace
from accounts.tenancy import workspace
from accounts.views.keys import scopes
from integrations.models import ImportChange, ImportChunk, ImportRun
from opportunities.models import Company
from readiness.models import PhaseModel
from stakeholders.models import Person
from tests.api.world import action_code, create_deal_with_everything, signal_code
from tests.factories import NOW, create_membership, create_user, give_defaults
from tests.integrations.pages import PLAIN
from tests.oauth.flow import register
from tests.test_urls_with_an_id import create_draft

JOURNAL: dict[str, Any] = {"kind": "made", "table": "opportunities.Company", "ids": []}
DOCUMENT = Path(settings.BASE_DIR) / "docs" / "api.md"


def examples() -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    return [block for block in blocks if "curl" in block]


def rows_to_name() -> dict[str, str]:
    """People and companies noted twice, an import that waits and one that is done."""
    table = {"kind": "table", "started_at": timezone.now()}
    waiting = ImportRun.objects.create(
        file_name="a.csv", status="uploaded", digest="a", **table
    )
    ImportChunk.objects.create(run=waiting, number=0, data=PLAIN)
    done = ImportRun.objects.create(
        status="committed", committed_at=timezone.now(), digest="b", **table
    )
    ImportChange.objects.create(run=done, number=0, **JOURNAL)
    [person, twin] = Person.objects.filter(name="Tina 1").order_by("pk")
    [company, other] = Company.objects.filter(name="Echo 1").order_by("pk")
    rows = {
        "PERSON": person,
        "TWIN": twin,
        "COMPANY": company,
        "OTHER_COMPANY": other,
        "IMPORT": waiting,
        "COMMITTED": done,
    }
    return {name: str(row.pk) for name, row in rows.items()}


@pytest.mark.django_db(transaction=True)
def test_every_example_of_the_document_works(committed: Workspace, live_server: Any):
    with workspace(committed):
        user = create_user(email="alice@example.com")
        roles = (Role.ADMIN, Role.REP)
        alice: Membership = create_membership(user=user, roles=roles)
        give_defaults()
        deal = create_deal_with_everything(alice)
        _key, secret = create_api_key(
            name="x", scopes=scopes(), membership=alice, by=alice, now=NOW
        )
        service = register(alice, kind="service", scopes=scopes())
        given = {
            "KEY": secret,
            "API": f"{live_server.url}/api/v1",
            "OAUTH": f"{live_server.url}/oauth",
            "CLIENT_ID": service.application.client_id,
            "CLIENT_SECRET": service.secret,
            "DEAL": str(deal.pk),
            "SEAT": str(deal.stakeholders.order_by("pk")[0].pk),
            "SIGNAL": signal_code(),
            "ACTION": action_code(),
            "MEMBER": str(alice.pk),
            "MODEL": str(PhaseModel.objects.get().pk),
            "DRAFT": str(create_draft().pk),
            **rows_to_name(),
            "PATH": "/usr/bin:/bin",
        }

    answers = [
        subprocess.run(
            ["sh", "-c", example.replace("curl ", "curl --fail ", 1)],
            env=given,
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        for example in examples()
    ]

    assert len(answers) == 31
    assert [answer.stderr for answer in answers] == [""] * 31
    assert all(answer.stdout.startswith("{") for answer in answers)
