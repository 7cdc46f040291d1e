"""What the numbers of a page rest on, in words."""

from django import template
from django.utils.translation import gettext

from readiness.models import Basis

register = template.Library()


@register.simple_tag
def basis_words(basis: str) -> str:
    """Say whether numbers are the experts', set here, mixed with what was learned, or learned."""
    if basis == Basis.LEARNED:
        return gettext("learned here")
    if basis == Basis.MIXED:
        return gettext("expert defaults mixed with what was learned here")
    if basis == Basis.OWN:
        return gettext("set by hand here")
    return gettext("expert defaults")
