"""The API about what comes in and goes out: files, and news."""

from integrations.api.files import EXPORTS
from integrations.api.imports import IMPORTS
from integrations.api.webhooks import DELIVERIES, WEBHOOKS

RESOURCES = (IMPORTS, EXPORTS, WEBHOOKS, DELIVERIES)
