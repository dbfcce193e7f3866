"""A run told in sentences: what happened year by year, the most telling events, and the records behind them."""

from partnersim.stories.events import Event
from partnersim.stories.story import Story, run

__all__ = ["Event", "Story", "run"]
