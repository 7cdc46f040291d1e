"""Names and addresses as they are compared: what two spellings of one thing have in common.

The database makes these columns itself, whichever way a row comes in, and a plain
comparison of them keeps its index under row-level security.
"""

from typing import Any

from django.db import models
from django.db.models import F, Func, TextField, Value
from django.db.models.functions import Lower, Replace

# Of a company: what stands behind the name and is often left out.
LEGAL_FORMS = (
    *("nv", "sa", "bv", "bvba", "srl", "sprl", "cv", "cvba", "scrl", "vzw", "asbl"),
    *("gmbh", "ag", "kg", "se", "sas", "sarl", "eurl", "spa", "ltd", "plc", "llc"),
    *("inc", "corp", "oy", "ab", "as", "aps"),
)


def _replaced(text: Any, pattern: str, by: str) -> Func:
    return Func(
        *(text, Value(pattern), Value(by), Value("g")),
        function="regexp_replace",
        output_field=TextField(),
    )


def _bare(text: Any) -> Func:
    return _replaced(text, "[^[:alnum:]]+", "")


def _spelled(text: Any) -> Any:
    """Small letters, apart from their accents, which are no letters."""
    decomposed = Func(
        text,
        function="normalize",
        template="%(function)s(%(expressions)s, NFKD)",
        output_field=TextField(),
    )
    return Lower(decomposed)


def person_key() -> models.GeneratedField:
    """Of "Maes, Karel" and "karel maes" the same."""
    turned = _replaced(F("name"), r"^([^,]+),\s*([^,]+)$", r"\2 \1")
    return _column(_bare(_spelled(turned)))


def company_key() -> models.GeneratedField:
    """Of "Delta N.V." and "delta" the same."""
    words = _replaced(
        Replace(_spelled(F("name")), Value("."), Value("")), "[^[:alnum:]]+", " "
    )
    return _column(_bare(_replaced(words, rf"\m({'|'.join(LEGAL_FORMS)})\M", "")))


def domain_key() -> models.GeneratedField:
    """Of "https://www.delta.be/nl" and "delta.be" the same."""
    address = r"^\s*([a-z]+://)?(www\.)?([^/:?#\s]*).*$"
    return _column(_replaced(Lower(F("domain")), address, r"\3"))


def _column(expression: Any) -> models.GeneratedField:
    return models.GeneratedField(
        expression=expression, output_field=TextField(), db_persist=True
    )
