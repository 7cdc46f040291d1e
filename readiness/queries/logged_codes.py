"""Which codes were logged, and whether a version of the model can read them."""

from django.db.models import Count

from readiness.models import PhaseModel, SellerAction, Signal, SignalType


def unread_codes(model: PhaseModel) -> dict[str, int]:
    """How often each code was logged that a version lacks; two queries.

    What was taken back counts: looking back to a moment before reads it.
    """
    known = set(SignalType.objects.filter(model=model).values_list("code", flat=True))
    logged = Signal.objects.exclude(code__in=known).values_list("code")
    return dict(logged.annotate(n=Count("pk")).order_by("code"))


def times_logged(code: str) -> int:
    """How often a signal was logged, whether or not it was taken back."""
    return Signal.objects.filter(code=code).count()


def times_done(code: str) -> int:
    """How often an action of ours was logged, whether or not it was taken back."""
    return SellerAction.objects.filter(code=code).count()
