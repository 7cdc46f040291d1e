"""News of what a deal asks for."""

from django.dispatch import Signal

# Advice came up, or came back. Sent in its transaction: prompts, now.
prompts_opened = Signal()

# A deal shows what it did not show before. Sent in its transaction: symptoms, now.
symptoms_detected = Signal()
