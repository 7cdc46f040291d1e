"""A synthetic world's closed deals as rows."""

from datetime import UTC, datetime

from accounts.models import Membership
from opportunities.models import Opportunity
from readiness.models import Signal
from stakeholders.models import Interaction, Person, RoleHeld, Stakeholder
from tests.factories import NOW
from tests.readiness.engine.learning.worlds import EXPERT, Told


def moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def furnish(told: Told, owner: Membership) -> None:
    """Enter a world's closed deals as rows."""
    deals, codes = told.deals, list(EXPERT.catalogue.rows)
    shift = NOW.timestamp() - 86_400 - float(deals.closed_at.max())
    rows = [
        Opportunity(
            owner=owner,
            name=f"Deal {n}",
            opened_on=moment(at + shift - 400 * 86_400).date(),
            closed_on=moment(at + shift).date(),
            outcome="lost",
            importance=deals.importance[n] or "",
        )
        for n, at in enumerate(deals.closed_at)
    ]
    Opportunity.objects.bulk_create(rows)
    people = [Person(name=f"Person {n}") for n in range(len(deals.deal))]
    Person.objects.bulk_create(people)
    seats = [
        Stakeholder(
            opportunity=rows[deals.deal[n]],
            person=people[n],
            joined_on=moment(deals.joined_at[n] + shift).date(),
        )
        for n in range(len(people))
    ]
    Stakeholder.objects.bulk_create(seats)
    RoleHeld.objects.bulk_create(
        RoleHeld(
            stakeholder=one,
            role=deals.roles[deals.role[n]],
            held_from_on=one.joined_on,
        )
        for n, one in enumerate(seats)
    )
    talks, signals = [], []
    facts = deals.facts
    for who, at, row in zip(facts.person, facts.at, facts.row, strict=True):
        if row >= len(codes):
            continue  # a confirmation
        when = moment(at + shift)
        talk = Interaction(
            opportunity=seats[who].opportunity,
            occurred_at=when,
            channel="call",
            logged_at=when,
        )
        talks.append(talk)
        signals.append(
            Signal(
                interaction=talk,
                stakeholder=seats[who],
                code=codes[row],
                occurred_at=when,
                logged_at=when,
            )
        )
    Interaction.objects.bulk_create(talks, batch_size=1000)
    Signal.objects.bulk_create(signals, batch_size=1000)
