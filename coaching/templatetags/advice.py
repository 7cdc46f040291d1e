"""What is to be done next, on a page that knows a person and no advice."""

from typing import Any

from django import template
from django.utils.translation import get_language

from coaching.queries.deal import Advised
from coaching.queries.person import advice_for
from coaching.queries.wording import Reader
from readiness.queries.catalogue import Catalogue
from stakeholders.models import Stakeholder
from stakeholders.queries.roles import RolesShown

register = template.Library()


@register.simple_tag(takes_context=True)
def advised(
    context: Any, seat: Stakeholder, *, roles: RolesShown, catalogue: Catalogue
) -> list[Advised]:
    """The open advice about one person, heaviest first, at the page's `now`; one query."""
    reader = Reader(get_language() or "en", context["workspace"], context["now"])
    return advice_for(seat, roles=roles, catalogue=catalogue, reader=reader)
