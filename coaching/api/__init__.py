"""The API about advice, what stalls deals, and what a rep and their coach keep."""

from coaching.api.between import COMMITMENTS, HELP_REQUESTS, NOTES
from coaching.api.practice import PRACTICE_ANSWERS
from coaching.api.prompts import PROMPTS, SYMPTOMS

RESOURCES = (
    *(PROMPTS, SYMPTOMS, PRACTICE_ANSWERS),
    *(COMMITMENTS, NOTES, HELP_REQUESTS),
)
