"""Search by the start of words, and the first and a late page of a list, of 50,000 people."""

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from statistics import median
from typing import Any

from django.db import connection
from uuid_utils.compat import uuid7

from accounts import tenancy
from accounts.actions.search import index_new
from accounts.actions.workspaces import create_workspace
from accounts.http.keyset import page_of
from accounts.models import Membership, User
from stakeholders.models import Person
from stakeholders.queries.search import search

PEOPLE = 50_000
PAGE = 50
TURNS = 15
SYLLABLES = [
    *("ka", "rel", "an", "na", "jo", "ris", "mar", "tin", "lu"),
    *("cas", "e", "va", "so", "fie", "pie", "ter", "wou", "ter"),
]


def run() -> dict[str, float]:
    connection.ensure_connection()
    now, workspace_id = datetime.now(UTC), uuid7()
    user = User.objects.create_user(f"{workspace_id.hex}@example.com", uuid7().hex)
    with tenancy.workspace(workspace_id):
        member = create_workspace(id=workspace_id, name="Bench", user=user, now=now)
        make_people()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    with tenancy.workspace(workspace_id):
        return figures(member)


def make_people() -> None:
    """Fifty thousand with names that share their beginnings, as real ones do."""
    dice = random.Random(1)

    def word(syllables: int) -> str:
        return "".join(dice.choice(SYLLABLES) for _ in range(syllables)).title()

    people = Person.objects.bulk_create(
        [Person(name=f"{word(2)} {word(3)}") for _ in range(PEOPLE)], batch_size=5_000
    )
    index_new(
        kind="person",
        texts={person.pk: [person.name, "@x.example"] for person in people},
    )


def figures(member: Membership) -> dict[str, float]:
    names = Person.objects.order_by("name", "pk").values_list("name", flat=True)
    first, last = names[PEOPLE // 2].split()
    rows = Person.objects.select_related("company")

    def find(text: str) -> Callable[[], Any]:
        return lambda: search(text, by=member, kinds=["person"])

    def page(number: int) -> Callable[[], Any]:
        cursor = cursor_of(number)
        return lambda: page_of(rows, by=["name"], size=PAGE, cursor=cursor).rows

    return {
        "search, one word in full, ms": milliseconds(find(last)),
        "search, two letters, ms": milliseconds(find(first[:2])),
        "search, a word that everybody has, ms": milliseconds(find("example")),
        "search, two words, ms": milliseconds(find(f"{first} {last[:3]}")),
        "search, two words that many have, ms": milliseconds(find("example ma")),
        "search, the slowest of 200 beginnings, ms": slowest(member, words=1),
        "search, the slowest of 200 pairs of beginnings, ms": slowest(member, words=2),
        "list, page 1, ms": milliseconds(page(1)),
        "list, page 500, ms": milliseconds(page(500)),
        "list, page 1,000, ms": milliseconds(page(1_000)),
    }


def slowest(member: Membership, *, words: int) -> float:
    """One to four letters of words, of different people: some pairs match few or nobody."""
    dice = random.Random(2)
    names = [name.split() for name in Person.objects.values_list("name", flat=True)]
    times = []
    for _turn in range(200):
        (one, _), (_, two) = dice.sample(names, 2)
        both = [one[: dice.randint(1, 4)], two[: dice.randint(1, 4)]]
        text = " ".join(both[:words])
        each = []
        for _again in range(5):
            start = time.perf_counter()
            search(text, by=member, kinds=["person"])
            each.append(time.perf_counter() - start)
        times.append(min(each))  # other processes only ever add
    return max(times) * 1000


def cursor_of(number: int) -> str:
    """Where that page begins: what the pages before it answer."""
    if number == 1:
        return ""
    before = page_of(Person.objects.all(), by=["name"], size=PAGE * (number - 1))
    return before.next


def milliseconds(act: Callable[[], Any]) -> float:
    """The median of some turns."""
    seconds = []
    for _turn in range(TURNS):
        start = time.perf_counter()
        found = act()
        seconds.append(time.perf_counter() - start)
    if not found:
        raise LookupError("Nothing was found, and nothing was measured.")
    return median(seconds) * 1000
