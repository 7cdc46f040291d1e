"""A deal with everything, in a workspace of its own, for browsers to look at."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts import tenancy
from accounts.models import Membership, Role, Workspace
from coaching.models import Prompt
from opportunities.actions import create_company
from opportunities.models import Opportunity, Outcome, RecomputeRequest
from readiness.actions.human import override_phase
from stakeholders.actions.acts import (
    create_task,
    send_quote,
    set_decision_date,
    set_file_item,
)
from stakeholders.actions.outcomes import close_opportunity
from stakeholders.actions.people import leave
from stakeholders.models import Stakeholder
from tests.factories import (
    create_membership,
    create_user,
    create_workspace,
    give_defaults,
)
from tests.recompute.build import make, open_deal, say, seat


@dataclass(frozen=True, slots=True)
class World:
    """A member who may do everything, three deals, and who sits in the first."""

    alice: Membership
    deal: Opportunity
    empty: Opportunity
    closed: Opportunity
    people: dict[str, Stakeholder]
    prompt: Prompt | None

    @property
    def place(self) -> Workspace:
        return self.alice.workspace


def build() -> World:
    """Everything a page can show, with readings, computed as a worker would."""
    ours = create_workspace(slug="ours", name="Ours")
    user = create_user(email="alice@example.com", name="Alice Adams")
    alice = create_membership(workspace=ours, user=user, roles=tuple(Role))
    now = timezone.now()
    told: dict[str, Any] = {"by": alice, "now": now}
    with tenancy.workspace(ours):
        give_defaults()
        company = create_company(
            name="Delta Metalworks", domain="delta.example", **told
        )
        opened_on = now.date() - timedelta(days=120)
        deal, empty, closed = (
            open_deal(owner=alice, name=name, company=company, opened_on=opened_on)
            for name in ("Planning system", "Second plant", "Old deal")
        )
        joined_on = now.date() - timedelta(days=100)
        people = {
            "karel": seat(deal, "Karel Maes", joined_on=joined_on),
            "ruth": seat(deal, "Ruth Claes", roles=("finance",), joined_on=joined_on),
            "jan": seat(
                deal, "Jan De Smet", roles=("economic_buyer",), joined_on=joined_on
            ),
            "gone": seat(
                deal, "Sofie Peeters", roles=("user_buyer",), joined_on=joined_on
            ),
        }
        for name, codes, days in (
            ("karel", ("B03", "B04"), 60),
            ("ruth", ("B06",), 40),
            ("karel", ("B13", "B14", "B18"), 9),
            ("gone", ("B01",), 50),
        ):
            said_at = now - timedelta(days=days)
            say(people[name], *codes, at=said_at, now=now, summary="Talked it over.")
        leave(
            stakeholder=people["gone"],
            left_on=now.date() - timedelta(days=5),
            **told,
        )
        for place, days in enumerate((20, 45, 70)):
            set_decision_date(
                opportunity=deal,
                decision_on=now.date() + timedelta(days=days),
                set_at=now - timedelta(days=60 - 20 * place),
                moved_by=people["karel"],
                **told,
            )
        for place, change in enumerate(("first", "scope", "scope")):
            send_quote(
                opportunity=deal,
                total=Decimal(140_000 + 4_000 * place),
                currency="EUR",
                sent_on=now.date() - timedelta(days=30 - 9 * place),
                change=change,
                **told,
            )
        set_file_item(
            opportunity=deal,
            item=1,
            state="evidenced",
            evidence="Minutes of March",
            seen_on=now.date(),
            **told,
        )
        for title, days in (("Send the criteria", -2), ("Call Ruth", 3)):
            create_task(
                opportunity=deal,
                title=title,
                owner=alice,
                due_on=now.date() + timedelta(days=days),
                **told,
            )
        override_phase(
            stakeholder=people["ruth"],
            anchor="criteria",
            reason="She asked for the list.",
            set_at=now,
            today=now.date(),
            **told,
        )
        close_opportunity(
            opportunity=closed,
            outcome=Outcome.LOST,
            closed_on=now.date(),
            today=now.date(),
            lost_to="Another",
            **told,
        )
        settle(deal, empty, closed)
        prompt = Prompt.objects.filter(
            opportunity=deal, stakeholder=people["karel"], closed_at=None
        ).first()
    return World(alice, deal, empty, closed, people, prompt)


def settle(*deals: Opportunity) -> None:
    """Compute these deals now, as a worker would, and answer their requests."""
    for deal in deals:
        make(deal, now=timezone.now())
    RecomputeRequest.objects.filter(
        opportunity_id__in=[deal.pk for deal in deals]
    ).delete()
