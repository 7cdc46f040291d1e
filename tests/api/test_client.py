"""A client that nobody here wrote: made from the description, used against a running server."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from accounts.actions.keys import create_api_key
from accounts.models import Role, Workspace
from accounts.rest.views import described
from accounts.tenancy import workspace
from accounts.views.keys import scopes
from opportunities.models import Opportunity
from stakeholders.models import Person
from tests.api.world import signal_code
from tests.factories import NOW, create_membership, create_user, give_defaults
from tests.recompute.build import make

MADE = "made_client"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The client's package. A warning of its generator is an error here."""
    place = tmp_path_factory.mktemp("client")
    description = place / "description.json"
    description.write_text(json.dumps(described()))
    tools = Path(sys.executable).parent
    done = subprocess.run(
        [
            *(tools / "openapi-python-client", "generate", "--fail-on-warning"),
            *("--meta", "none", "--path", description),
            *("--output-path", place / MADE),
        ],
        env=os.environ | {"PATH": f"{tools}:/usr/bin:/bin"},  # it formats with ruff
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "arning" not in done.stdout + done.stderr
    assert done.returncode == 0, done.stdout + done.stderr
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(place)
        yield MADE


class Client:
    """Calls the made functions by their names, as whoever installs them would."""

    def __init__(self, made: str, session: Any) -> None:
        self.made = made
        self.models: Any = import_module(f"{made}.models")
        self._session = session

    def __call__(self, operation: str, **given: Any) -> Any:
        module = import_module(f"{self.made}.api.{operation}")
        answer = module.sync(client=self._session, **given)
        assert not isinstance(answer, self.models.Problem), answer
        return answer


@pytest.fixture
def client(made: str, committed: Workspace, live_server: Any) -> Iterator[Client]:
    with workspace(committed):
        give_defaults()
        user = create_user(email="alice@example.com")
        alice = create_membership(user=user, roles=(Role.ADMIN, Role.REP))
        _key, secret = create_api_key(
            name="x", scopes=scopes(), membership=alice, by=alice, now=NOW
        )
    begin = import_module(made).AuthenticatedClient
    with begin(
        base_url=live_server.url, token=secret, raise_on_unexpected_status=True
    ) as session:
        yield Client(made, session)


@pytest.mark.django_db(transaction=True)
def test_a_made_client_logs_a_conversation_and_reads_what_it_brings(
    client: Client, committed: Workspace
):
    now, models = timezone.now(), client.models
    with workspace(committed):
        code = signal_code()

    deal = client(
        "opportunities.create_opportunity",
        body=models.OpportunityBody(
            name="Press line",
            amount=models.MoneyBody(amount="12000.00", currency="EUR"),
            opened_on=(now - timedelta(days=60)).date(),
        ),
    )
    ruth = client("people.create_person", body=models.PersonBody(name="Ruth Claes"))
    seat = client(
        "stakeholders.create_stakeholder",
        body=models.StakeholderBody(
            opportunity=deal.id,
            person=ruth.id,
            joined_on=(now - timedelta(days=50)).date(),
        ),
    )
    said = models.SaidBody(code=code, quotation="we lose hours on this")
    logged = client(
        "interactions.create_interaction",
        body=models.InteractionBody(
            opportunity=deal.id,
            occurred_at=now - timedelta(hours=1),
            channel=models.InteractionBodyChannel.CALL,
            participants=[models.TookBody(stakeholder=seat.id, signals=[said])],
        ),
    )
    with workspace(committed):
        make(Opportunity.objects.get(pk=deal.id), now=timezone.now())
    forecast = client("forecasts.get_forecast", id=deal.id)
    reading = client("readings.get_reading", id=seat.id)

    assert deal.amount.amount == "12000.00"
    assert logged.participants[0].signals[0].code == code
    assert forecast.opportunity == deal.id
    assert len(forecast.won) == 79
    assert 0 < forecast.won[-1] < 1
    assert reading.signals == 1


@pytest.mark.django_db(transaction=True)
def test_a_made_client_pages_through_a_thousand_people(
    client: Client, committed: Workspace
):
    with workspace(committed):
        people = [Person(name=f"Person {number:04}") for number in range(1_000)]
        made = {row.pk for row in Person.objects.bulk_create(people)}

    pages = []
    page = client("people.list_people", limit=100)
    while True:
        pages.append([each.id for each in page.results])
        if page.next_ is None:
            break
        page = client("people.list_people", limit=100, cursor=page.next_)

    assert [len(page) for page in pages] == [100] * 10
    assert {id for page in pages for id in page} == made
