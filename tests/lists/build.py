"""Rows to list, and what a page of them says."""

import re
from html import unescape
from typing import Any

from django.urls import reverse

from opportunities.actions import create_company
from opportunities.models import Outcome
from stakeholders.actions.outcomes import close_opportunity
from stakeholders.actions.people import (
    create_person,
)
from tests.factories import DAY, NOW

HTMX = {"HX-Request": "true"}
LISTS = ["readiness:people", "forecasting:companies"]


def at(name: str, **kwargs) -> str:
    return reverse(name, kwargs={"slug": "ours"} | kwargs)


def text_of(response) -> str:
    assert response.status_code == 200
    return unescape(response.content.decode())


def rows_of(response) -> list[str]:
    """The first link of each row of the table."""
    body = text_of(response).partition("<tbody>")[2].partition("</tbody>")[0]
    links = re.findall(r"<tr>.*?<a [^>]*>(.*?)</a>.*?</tr>", body, re.DOTALL)
    return [re.sub(r"<[^>]+>", " ", link).strip() for link in links]


def next_of(response) -> str:
    found = re.search(r'href="(\?[^"]*after=[^"]*)"', response.content.decode())
    return unescape(found[1]) if found else ""


def person(name: str, **fields):
    return create_person(name=name, by=None, now=NOW, **fields)


def company(name: str, **fields):
    return create_company(name=name, by=None, now=NOW, **fields)


def close(deal: Any, *, by: Any) -> None:
    close_opportunity(
        opportunity=deal,
        outcome=Outcome.LOST,
        closed_on=DAY,
        today=DAY,
        by=by,
        now=NOW,
    )


def made(name: str, *names: str) -> None:
    for each in names:
        (person if name == "readiness:people" else company)(each)
