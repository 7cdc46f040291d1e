"""What people can do with companies and deals."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import F

from accounts.actions.audit import record
from accounts.actions.search import index
from accounts.models import Membership
from opportunities.models import Company, Opportunity, RecomputeRequest
from opportunities.signals import recompute_requested


@transaction.atomic
def create_company(*, name: str, by: Membership | None, now: datetime) -> Company:
    company = Company.objects.create(name=name.strip())
    index(kind="company", object_id=company.pk, texts=[company.name])
    record(verb="company.created", subject=company, by=by, at=now)
    return company


@transaction.atomic
def create_opportunity(
    *,
    name: str,
    company: Company | None,
    owner: Membership,
    opened_on: date,
    by: Membership | None,
    now: datetime,
) -> Opportunity:
    opportunity = Opportunity.objects.create(
        name=name.strip(), company=company, owner=owner, opened_on=opened_on
    )
    index(kind="opportunity", object_id=opportunity.pk, texts=[opportunity.name])
    record(verb="opportunity.created", subject=opportunity, by=by, at=now)
    request_recompute(opportunity=opportunity, now=now)
    return opportunity


@transaction.atomic
def hand_over(
    *, opportunity: Opportunity, heir: Membership, by: Membership, now: datetime
) -> Opportunity:
    """Give a deal another owner."""
    before = opportunity.owner
    Opportunity.objects.filter(pk=opportunity.pk).update(
        owner=heir, version=F("version") + 1
    )
    opportunity.refresh_from_db()
    record(
        verb="opportunity.handed_over",
        subject=opportunity,
        by=by,
        at=now,
        before={"owner": before.name},
        after={"owner": heir.name},
    )
    return opportunity


@transaction.atomic
def request_recompute(*, opportunity: Opportunity, now: datetime) -> None:
    """Ask for the readings, the forecast and the prompts of a deal to be made again."""
    ids = {
        "workspace_id": opportunity.workspace_id,
        "opportunity_id": opportunity.pk,
    }
    RecomputeRequest.objects.upsert(**ids, now=now)
    recompute_requested.send(sender=Opportunity, **ids)
