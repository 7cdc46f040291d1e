"""Words that press a buyer, in three languages: no advice may hold one.

Source: domain.md 7 and domain-evidence.md 1.9 (pressure on somebody who hesitates backfires).
"""

import re
from collections.abc import Mapping

# Each is a regular expression over whole words, case ignored.
PRESSING: Mapping[str, tuple[str, ...]] = {
    "en": (
        r"last (chance|offer|call|opportunity)",
        r"(only|valid|ends?|expires?|expiring|available) (today|until|this (week|month))",
        r"(expir|elaps)(es|ing|e)",
        r"act (now|fast|today)|right now|before it is too late|too late",
        r"hurry|urgen(t|tly|cy)|asap|don'?t (wait|miss)|do not (wait|miss)",
        r"discount|special price|price (goes|will go) up|limited (time|offer)",
        r"deadline|final offer|now or never|while stocks last|running out|sign (now|today)",
        r"fear of missing|everybody else (has|is) already|your competitors (are|have)",
    ),
    "nl": (
        r"laatste (kans|aanbod|oproep|gelegenheid)",
        r"(alleen|enkel) (vandaag|nu|deze (week|maand))|slechts (vandaag|tot)",
        r"verval(t|len)|loopt af|geldig tot",
        r"beslis (nu|vandaag)|meteen beslissen|voor het te laat is|te laat",
        r"haast(en)?|dringend|zo snel mogelijk|wacht niet|niet wachten|mis (deze|dit|het)",
        r"korting|speciale prijs|prijs (stijgt|gaat omhoog)|tijdelijk (aanbod|voordeel)",
        r"deadline|uiterste datum|nu of nooit|zolang de voorraad|teken (nu|vandaag)",
        r"u mist|uw concurrenten (zijn|hebben)|iedereen (is|heeft) al",
    ),
    "fr": (
        r"derni[eè]re (chance|offre|occasion|opportunit[eé])",
        r"(seulement|uniquement) (aujourd'hui|cette semaine|ce mois)|valable jusqu",
        r"expire(nt|ra)?|arrive [aà] (terme|expiration)",
        r"agissez|d[eé]cidez (maintenant|aujourd'hui|vite)|trop tard",
        r"d[eé]p[eê]chez|urgen(t|ce|te)|au plus vite|n'attendez pas|ne (ratez|manquez) pas",
        r"remise|rabais|prix sp[eé]cial|le prix (augmente|va augmenter)|offre limit[eé]e",
        r"date limite|ultimatum|maintenant ou jamais|signez (maintenant|aujourd'hui|vite)",
        r"vos concurrents (sont|ont)|tout le monde (a|est) d[eé]j[aà]",
    ),
}
_FOUND = {
    language: re.compile(rf"\b(?:{'|'.join(words)})\b", re.IGNORECASE)
    for language, words in PRESSING.items()
}


def pressing_words(text: str, *, language: str) -> list[str]:
    """Return what presses the buyer in a text of a language, in its own order.

    A language without a list is read as English.
    """
    straight = text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    found = _FOUND.get(language, _FOUND["en"])
    return [match[0] for match in found.finditer(straight)]
