"""How a bundle writes days, instants and money: one spelling for each value."""

from datetime import UTC, datetime
from decimal import Decimal

# ISO 4217; those without two digits are named apart.
_NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
_TWO = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN
BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS
GIP GMD GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP
LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR
NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP
STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER
ZAR ZMW ZWG
"""
_GONE = "ATS BEF DEM EEK ESP FIM FRF GRD IEP ITL LTL LUF LVL NLG PTE SIT SKK"  # in old deals
DIGITS = dict.fromkeys(_NONE.split(), 0) | dict.fromkeys(_THREE.split(), 3)
CURRENCIES = frozenset([*DIGITS, *_TWO.split(), *_GONE.split()])


def digits_of(currency: str) -> int:
    """How many digits a currency has behind the point."""
    return DIGITS.get(currency, 2)


def money(amount: Decimal | None, currency: str) -> str | None:
    """An amount with its currency's digits; with more where the row itself has more."""
    if amount is None:
        return None
    amount = amount.normalize()
    shown = max(digits_of(currency), -int(amount.as_tuple().exponent))
    return f"{amount:.{shown}f}"


def plain(number: Decimal) -> str:
    """A number without an exponent and without idle zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def instant(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    text = moment.astimezone(UTC).replace(tzinfo=None).isoformat()
    return (text.rstrip("0") if "." in text else text) + "Z"
