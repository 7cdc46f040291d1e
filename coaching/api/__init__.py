"""The API about advice, what stalls deals, and what a rep and their coach keep."""

from coaching.api.between import COMMITMENTS, HELP_REQUESTS, NOTES
from coaching.api.one_to_ones import ONE_TO_ONES
from coaching.api.practice import PRACTICE_ANSWERS
from coaching.api.prompts import PROMPTS, SYMPTOMS

RESOURCES = (
    *(PROMPTS, SYMPTOMS, PRACTICE_ANSWERS),
    *(ONE_TO_ONES, COMMITMENTS, NOTES, HELP_REQUESTS),
)
