"""The page of a deal as it would have looked at the end of some day. Writes nothing."""

from coaching.models import Play, Prompt
from coaching.queries.advice import advice_on_deal
from coaching.queries.advised import Advised, names_of
from coaching.queries.deal import DealPage, GroupRow, page_of
from coaching.queries.wording import Reader, in_words
from forecasting.models import Outlook
from forecasting.queries.as_of import forecast_at
from forecasting.queries.forecasted import Forecasted
from forecasting.queries.outlook import outlook_values
from opportunities.models import Opportunity
from readiness.queries.as_of import AsOf
from readiness.queries.catalogue import catalogue_of
from readiness.queries.models import active_model
from readiness.queries.positions import positions_then
from stakeholders.queries.roles import roles_shown


def deal_page_then(opportunity: Opportunity, *, when: AsOf, reader: Reader) -> DealPage:
    """A deal of `deal_seen_by`, its people and its forecast replayed from what was known.

    By today's model and without the prompts of then; thirteen queries, whatever its size.
    """
    model = active_model()
    catalogue = catalogue_of(model)
    read, made = forecast_at(opportunity, when=when, model=model)
    people = [each.stakeholder for each in read.values()]
    positions = positions_then(read, when=when, model=model)
    roles = roles_shown(people, day=when.workspace.today(when.at))
    rows = [
        GroupRow(
            stakeholder=person,
            position=positions[person.pk],
            roles=roles[person.pk],
            advised=None,
        )
        for person in sorted(people, key=lambda each: (each.joined_on, each.pk))
    ]
    told = outlook_values(made, model=model, workspace=when.workspace, now=when.at)
    names = names_of(people, roles=roles, catalogue=catalogue)
    prompt = _what_limited(made)
    return page_of(
        opportunity,
        rows,
        when=when,
        outlook=Outlook(opportunity=opportunity, computed_at=when.at, **told),
        constraint=Advised(prompt, in_words(prompt, names=names, reader=reader)),
        catalogue=catalogue,
    )


def _what_limited(made: Forecasted) -> Prompt:
    """The sentence about what held the deal down, for the page alone: it is not kept."""
    advice = advice_on_deal(made)
    return Prompt(
        opportunity=made.deal.opportunity,
        stakeholder_id=advice.stakeholder_id,
        play=Play.objects.get(code=advice.play),
        words=dict(advice.words),
    )
