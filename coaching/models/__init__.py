"""Advice: what may be said, and what was said about whom; symptoms of a stalling deal.

And what people practise on, and what a rep and their coach keep between them.
"""

from coaching.models.meeting import (
    CoachingNote,
    Commitment,
    CommitmentState,
    HelpRequest,
)
from coaching.models.play import Play, Situation
from coaching.models.practice import PracticeAnswer, PracticeCase
from coaching.models.prompt import Prompt, PromptAnswer
from coaching.models.symptom import Symptom
from coaching.models.thresholds import SymptomThresholds
from coaching.models.timing import DealTiming
from coaching.models.winning import ReadingAndWinning

__all__ = [
    "CoachingNote",
    "Commitment",
    "CommitmentState",
    "DealTiming",
    "HelpRequest",
    "Play",
    "PracticeAnswer",
    "PracticeCase",
    "Prompt",
    "PromptAnswer",
    "ReadingAndWinning",
    "Situation",
    "Symptom",
    "SymptomThresholds",
]
