"""Keep the words a thing is found by."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from accounts.models import SearchToken
from accounts.queries import words_of


def index(*, kind: str, object_id: UUID, texts: Iterable[str]) -> None:
    """Make a thing findable by the words of `texts`, and by no others."""
    wanted = {word for text in texts for word in words_of(text)}
    mine = SearchToken.objects.filter(object_id=object_id, kind=kind)
    there = set(mine.values_list("token", flat=True))
    if gone := there - wanted:
        mine.filter(token__in=gone).delete()
    SearchToken.objects.bulk_create(
        [
            SearchToken(token=word, kind=kind, object_id=object_id)
            for word in sorted(wanted - there)
        ],
        ignore_conflicts=True,
    )


def index_new(*, kind: str, texts: Mapping[UUID, Iterable[str]]) -> None:
    """Make many things findable at once that nothing found yet."""
    SearchToken.objects.bulk_create(
        [
            SearchToken(token=word, kind=kind, object_id=object_id)
            for object_id, mine in texts.items()
            for word in sorted({word for text in mine for word in words_of(text)})
        ],
        batch_size=1_000,
    )
