"""What later signals tell of where somebody was, read without anything earlier."""

from collections.abc import Mapping

# Later signals, read alone, tell where somebody was when this much of it is in one phase.
STRONG = 0.6
STRONG_SIGNALS = 2


def told_alone(chances: Mapping[str, float], *, signals: int) -> str:
    """Return the anchor that later signals, read from the prior alone, tell; else ""."""
    if signals < STRONG_SIGNALS:
        return ""
    likeliest = max(chances, key=lambda anchor: chances[anchor])
    return likeliest if chances[likeliest] >= STRONG else ""
