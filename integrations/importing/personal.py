"""Columns we do not want to know: sex, age, birth date, nationality."""

import re
import unicodedata

# A column is dropped when one of its words is one of these: "person_gender", "Date de
# naissance", "Geburtsdatum". English, Dutch, French and German.
_TOLD = """
sex sexe gender genre geslacht geschlecht
age leeftijd alter
birth born dob birthdate birthday birthyear yob
geboorte geboren geboortedatum geboortejaar geboortedag verjaardag
naissance naissances anniversaire
geburt geburtsdatum geburtstag geburtsjahr geburtsort
nationality citizenship nationaliteit nationalite citoyennete
nationalitat nationalitaet staatsangehorigkeit staatsangehoerigkeit
staatsburgerschaft staatsbuergerschaft staatsburgerschap
"""
_WORDS = frozenset(_TOLD.split())
# The same words written together.
_WHOLE = frozenset(
    {"dateofbirth", "yearofbirth", "datedenaissance", "anneedenaissance"}
)


def is_personal(column: str) -> bool:
    """Whether a column, by its name, holds sex, age, a birth date or a nationality."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", column)
    letters = unicodedata.normalize("NFKD", parted.casefold())
    letters = "".join(c for c in letters if not unicodedata.combining(c))
    words = re.split(r"[^a-z]+", letters)
    return bool(_WORDS & set(words)) or "".join(words) in _WHOLE
