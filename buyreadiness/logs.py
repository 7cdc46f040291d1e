"""Keep secrets out of the log: a link that lets somebody in is one."""

import re
from collections.abc import MutableMapping
from typing import Any

# An invitation, a password reset, the proof of an e-mail address.
_SECRET_LINK = re.compile(r"(/join/|/password/reset/key/|/confirm-email/)[^\s/?'\"]+")


def mask_secret_links(
    logger: Any, name: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """A processor of structlog's: what stands behind such a path is not written."""
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = _SECRET_LINK.sub(r"\1…", value)
    return event
