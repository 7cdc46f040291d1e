"""Advice: what may be said, and what was said about whom."""

from coaching.models.play import Play
from coaching.models.prompt import Prompt, PromptAnswer

__all__ = ["Play", "Prompt", "PromptAnswer"]
