"""Ensembles that answer while a control moves: paired, soon roughly, then well; kept, shared and dropped when nobody waits."""

from partnersim.live.ensembles import Ensembles, Ticket
from partnersim.live.sample import PATHS, Pair, Sample

__all__ = ["PATHS", "Ensembles", "Pair", "Sample", "Ticket"]
