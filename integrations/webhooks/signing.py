"""Standard Webhooks signatures. No Django, no clock."""

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from standardwebhooks.webhooks import Webhook

SECRET_BYTES = 32


def secret_of(letters: bytes) -> str:
    """A secret as receivers' libraries take it."""
    return f"whsec_{base64.b64encode(letters).decode()}"


def body_of(*, event: str, at: datetime, data: Mapping[str, Any]) -> str:
    """What is sent and signed, to the last byte."""
    told = {"type": event, "timestamp": f"{at:%Y-%m-%dT%H:%M:%S.%fZ}", "data": data}
    return json.dumps(told, separators=(",", ":"), ensure_ascii=False)


def headers_of(
    *, message_id: str, body: str, secrets: Sequence[str], at: datetime
) -> dict[str, str]:
    """The three headers; while a secret is being replaced both sign."""
    signatures = [
        Webhook(secret).sign(msg_id=message_id, timestamp=at, data=body)
        for secret in secrets
    ]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
