"""Advice: what may be said, and what was said about whom; symptoms of a stalling deal."""

from coaching.models.play import Play, Situation
from coaching.models.prompt import Prompt, PromptAnswer
from coaching.models.symptom import Symptom
from coaching.models.thresholds import SymptomThresholds

__all__ = [
    "Play",
    "Prompt",
    "PromptAnswer",
    "Situation",
    "Symptom",
    "SymptomThresholds",
]
