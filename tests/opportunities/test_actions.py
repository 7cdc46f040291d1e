import pytest

from accounts.models import AuditEvent, Role, TeamMember, TeamPart
from opportunities.actions import create_company, create_opportunity, hand_over
from opportunities.models import Opportunity, RecomputeRequest
from tests import factories
from tests.factories import DAY, NOW, create_membership

pytestmark = pytest.mark.django_db


def test_opportunities_are_seen_by_owners_team(alice, bob):
    team = factories.create_team()
    mate = create_membership(name="Mate")
    for member in (bob, mate):
        TeamMember.objects.create(team=team, membership=member, part=TeamPart.MEMBER)
    factories.create_opportunity(owner=bob, name="Own")
    factories.create_opportunity(owner=mate, name="Mate's")
    factories.create_opportunity(owner=alice, name="Elsewhere")

    def names(member):
        visible = Opportunity.objects.visible_to(member).order_by("name")
        return list(visible.values_list("name", flat=True))

    assert names(bob) == ["Mate's", "Own"]
    assert names(alice) == ["Elsewhere", "Mate's", "Own"]
    assert names(create_membership(name="Lone", roles=(Role.MANAGER,))) == []


def test_create_opportunity_asks_for_a_recompute(alice):
    company = create_company(name=" Delta ", by=alice, now=NOW)
    opportunity = create_opportunity(
        name="Planning", company=company, owner=alice, opened_on=DAY, by=alice, now=NOW
    )

    request = RecomputeRequest.objects.get()
    assert (company.name, opportunity.company) == ("Delta", company)
    assert request.opportunity_id == opportunity.pk


def test_hand_over_writes_both_names(alice, bob):
    opportunity = factories.create_opportunity(owner=bob)

    handed = hand_over(opportunity=opportunity, heir=alice, by=alice, now=NOW)

    event = AuditEvent.objects.get(verb="opportunity.handed_over")
    assert (handed.owner, handed.version) == (alice, 2)
    assert (event.before, event.after) == ({"owner": "Bob"}, {"owner": "Alice"})
