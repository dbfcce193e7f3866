"""Tiles in two colours: what helps and what harms, strong where that is clear and small and pale where it is not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.colors import to_rgb
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from partnersim.figures.style import BLACK, BLUE, PALE, VERMILLION, Look, say

GOOD, BAD = BLUE, VERMILLION
PALEST = 0.35
"""Of the full colour, in a clear tile: it must be told from an unclear one."""
SMALL = 0.42
"""Width of an unclear tile."""


def not_clear() -> tuple[str, Look]:
    """Legend entry of unclear tiles."""
    return say("tiles.unclear"), Look("#BBBBBB", "o")


class Tile(NamedTuple):
    """One tile: its place, how much of the full colour it deserves (0-1), whether that is good, clear, and what stands in it."""

    x: float
    y: float
    strength: float
    is_good: bool
    is_clear: bool
    text: str = ""


def lay(axes: Axes, tiles: Sequence[Tile], size: float = 6.5) -> None:
    """Draw the tiles, each a unit wide, with texts of ``size`` points in the clear ones."""
    patches, faces = [], []
    for tile in tiles:
        patches.append(Rectangle((tile.x - 0.47, tile.y - 0.47), 0.94, 0.94))
        faces.append(_blend(tile, PALEST) if tile.is_clear else to_rgb(PALE))
        if not tile.is_clear and tile.strength > 0:
            patches.append(Rectangle((tile.x - SMALL / 2, tile.y - SMALL / 2), SMALL, SMALL))
            faces.append(_blend(tile, 0.0))
        if tile.is_clear and tile.text:
            colour = "white" if tile.strength > 0.55 else BLACK
            axes.text(tile.x, tile.y, tile.text, ha="center", va="center", fontsize=size, color=colour)
    axes.add_collection(PatchCollection(patches, facecolors=faces, edgecolors="none", linewidths=0))
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _blend(tile: Tile, least: float) -> tuple[float, float, float]:
    """White towards the tile's colour; unclear ones go half the way from that of empty tiles."""
    strength = min(tile.strength, 1.0)
    share, start = (least + (1 - least) * strength, "white") if tile.is_clear else (0.5 * strength, PALE)
    full, begun = np.array(to_rgb(GOOD if tile.is_good else BAD)), np.array(to_rgb(start))
    red, green, blue = begun + share * (full - begun)
    return float(red), float(green), float(blue)


def tile_handle(name: str, look: Look) -> Line2D:
    """Legend entry with a square, large for what is clear."""
    size = 9 if look.shape == "s" else 4.5
    return Line2D([], [], color=look.colour, linestyle="", marker="s", markersize=size, label=name)
