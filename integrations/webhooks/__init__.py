"""News for other programs, by Standard Webhooks."""
