"""The look of every figure: colours, shapes, dashes, fonts, sizes; the one place that names them.

Colours are Okabe and Ito's without the yellow (2008, "Color universal design"), told apart by the colour-blind; a
dash or a shape always says the same as the colour, so that figures survive a photocopier.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal, NamedTuple, ParamSpec

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager
from matplotlib.layout_engine import ConstrainedLayoutEngine, LayoutEngine
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.ticker import Formatter, MaxNLocator

from partnersim.figures.lettering import cut, unshown, wrap
from partnersim.figures.lettering import width as width_of
from partnersim.languages.speaking import catalogue
from partnersim.study.words import rounded

P = ParamSpec("P")

BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
BLUE, VERMILLION, PURPLE, GREY = "#0072B2", "#D55E00", "#CC79A7", "#666666"
PALE = "#F4F4F4"
SCENARIO_COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY)
DASHES = ((6, 2), (2, 1.2), (7, 1.5, 1.5, 1.5), (9, 3), (4, 1, 1, 1, 1, 1), (1, 1))
SHAPES = ("o", "s", "^", "D", "v", "P")
FONTS = (
    "DejaVu Sans", "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "Microsoft YaHei",
    "PingFang SC", "Hiragino Sans GB", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "SimHei", "Arial Unicode MS",
)  # fmt: skip
"""Fonts in order of choice; those after the first supply Chinese, Japanese and Korean signs where installed."""
WIDTH, DPI = 8.0, 160
"""Inches across, and dots an inch: 1,280 dots."""
TEXT = 9.0
LEGEND_TEXT = TEXT - 0.5
BAND_ALPHA = 0.16


class Look(NamedTuple):
    """How one scenario or kind of actor is drawn."""

    colour: str
    shape: str
    dash: tuple[float, tuple[float, ...]] | Literal["-"] = "-"


REFERENCE = Look(BLACK, "o", "-")
ACTORS = {
    "entity": Look(BLUE, "o"),
    "company": Look(ORANGE, "s"),
    "government": Look(GREEN, "^"),
    "civil_society": Look(PURPLE, "D"),
}
ACTOR_NAMES = {
    "entity": "UN entities",
    "company": "Companies",
    "government": "Governments",
    "civil_society": "Civil society",
}
TIES = {
    "collaboration": Look("#4D4D4D", ""),
    "event": Look(SKY, "", (0, (3, 1.5))),
    "membership": Look(GREEN, "", (0, (1, 1))),
    "staff": Look(VERMILLION, "", (0, (6, 1.5, 1, 1.5))),
}


def scenario_look(position: int) -> Look:
    """Look of the ``position``-th scenario after the reference; colour and dash together repeat after 36."""
    turn = position + position // len(SCENARIO_COLOURS)
    colour = SCENARIO_COLOURS[position % len(SCENARIO_COLOURS)]
    return Look(colour, SHAPES[turn % len(SHAPES)], (0, DASHES[turn % len(DASHES)]))


def fonts_for(picture: Picture) -> Sequence[str]:
    """Names of fonts that have a figure's signs, wherever it is read: the first alone where that has them all."""
    return FONTS if unshown(_texts(picture), FONTS[:1]) else FONTS[:1]


def unshown_in(picture: Picture) -> str:
    """Signs of a figure that no font installed here has, so that its PNG would show boxes for them."""
    return unshown(_texts(picture), settings()["font.family"])


def _texts(picture: Picture) -> list[str]:
    return [text.get_text() for text in picture.findobj(Text)]  # type: ignore[attr-defined]


class Picture(Figure):
    """A figure that carries what it shows: ``data`` (a tidy frame) and ``alt`` (the finding, for who cannot see it)."""

    data: pd.DataFrame
    alt: str


@functools.cache
def settings() -> dict[Any, Any]:
    """Matplotlib settings under which figures are drawn and saved."""
    installed = {font.name for font in fontManager.ttflist}
    return {
        "font.family": [name for name in FONTS if name in installed] or ["sans-serif"],
        "font.size": TEXT,
        "axes.titlesize": TEXT,
        "axes.labelsize": TEXT - 1,
        "xtick.labelsize": TEXT - 1,
        "ytick.labelsize": TEXT - 1,
        "legend.fontsize": LEGEND_TEXT,
        "axes.titlelocation": "left",
        "axes.titleweight": "bold",
        "axes.titley": 1.0,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": GREY,
        "axes.linewidth": 0.8,
        "axes.unicode_minus": True,
        "grid.color": "#DDDDDD",
        "grid.linewidth": 0.6,
        "axes.axisbelow": True,
        "legend.frameon": False,
        "lines.linewidth": 1.6,
        "svg.hashsalt": "partnersim",
        "svg.fonttype": "path",
        "path.simplify": True,
    }


def say(key: str, **values: Any) -> str:
    """Text of figures in the language that is spoken."""
    return catalogue("figures")(key, **values)


def sentences(*said: str) -> str:
    """Those that are not empty, one after the other."""
    return say("word.space").join(filter(None, said))


@contextmanager
def style() -> Iterator[None]:
    """Draw or save under :func:`settings`, whatever the user's own; signs that no installed font has show as boxes."""
    with matplotlib.rc_context(settings()), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        yield


def styled(draw: Callable[P, Picture]) -> Callable[P, Picture]:
    """Make a function draw under :func:`style`."""

    @functools.wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> Picture:
        with style():
            return draw(*args, **kwargs)

    return drawn


def canvas(height: float, findings: Sequence[str] = ()) -> Picture:
    """An empty figure, ``height`` inches high and as many more as ``findings`` take, with a canvas of its own."""
    picture = Picture(figsize=(WIDTH, height + _head(findings).height), dpi=DPI)
    picture.set_layout_engine("none")
    FigureCanvasAgg(picture)
    return picture


class _Head(NamedTuple):
    """Findings as lines, the size of their letters in points, and how many inches they take."""

    lines: list[str]
    size: float
    height: float


def _head(findings: Sequence[str]) -> _Head:
    size = TEXT + (1.5 if len(findings) == 1 else 0.5)
    bullet = "\N{BULLET} " if len(findings) > 1 else ""
    indent = " " * 3 if bullet else ""
    lines = [line for text in findings for line in wrap(bullet + text, 960 / size, indent)]
    return _Head(lines, size, len(lines) * 1.28 * size / 72)


def dress(
    picture: Picture,
    findings: Sequence[str],
    footer: str,
    data: pd.DataFrame,
    looks: Sequence[tuple[str, Look]] = (),
    handle: Callable[[str, Look], Artist] | None = None,
) -> None:
    """Findings on top (a paragraph each), a legend under them, footer below; room is made for as many lines as they take.

    ``handle`` makes a legend entry of a name and a look; a line with a mark if not given.
    """
    height = picture.get_figheight()
    head = _head(findings)
    margin, at = 0.06, 0.01
    top = "\n".join(head.lines)
    picture.text(at, 1 - margin / height, top, va="top", fontsize=head.size, fontweight="bold", linespacing=1.25)
    above = margin + head.height + 0.08
    if looks:
        handles = [(handle or line_handle)(short(name), look) for name, look in looks]
        columns = _columns([short(name) for name, _ in looks])
        place = (0.5 * at, 1 - above / height)
        picture.legend(handles=handles, loc="upper left", bbox_to_anchor=place, ncols=columns, borderaxespad=0, handlelength=3.2)
        above += -(-len(handles) // columns) * 1.6 * LEGEND_TEXT / 72 + 0.03
    footer = footer.strip()
    bottom = wrap(footer, 136)
    picture.text(at, margin / height, "\n".join(bottom), va="bottom", fontsize=TEXT - 2, color=GREY, linespacing=1.25)
    below = margin + len(bottom) * 1.28 * (TEXT - 2) / 72 + 0.06
    room = (0.005, below / height, 0.99, 1 - (above + below) / height)
    _settle(picture, ConstrainedLayoutEngine(rect=room, h_pad=0.06, w_pad=0.05))
    picture.data, picture.alt = data, " ".join([*findings, footer])


def _settle(picture: Picture, layout: LayoutEngine) -> None:
    """Find the layout once and keep it, rounded: found again it would shift by a last bit, and so would the bytes."""
    layout.execute(picture)
    for axes in picture.axes:
        axes.set_position(np.round(axes.get_position(original=True).bounds, 5))


def line_handle(name: str, look: Look) -> Line2D:
    """Legend entry with dash and mark."""
    return Line2D([], [], color=look.colour, linestyle=look.dash, marker=look.shape, markersize=4.5, label=name)


def dash_handle(name: str, look: Look) -> Line2D:
    """Legend entry with the dash alone."""
    return Line2D([], [], color=look.colour, linestyle=look.dash, label=name)


def mark_handle(name: str, look: Look) -> Line2D:
    """Legend entry with the mark alone."""
    return Line2D([], [], color=look.colour, linestyle="", marker=look.shape, markersize=5, label=name)


def _columns(labels: Sequence[str]) -> int:
    """Most legend columns that fit the width, each as wide as its longest label."""
    for columns in range(len(labels), 1, -1):
        stacks = np.array_split(np.array(labels, dtype=object), columns)
        widths = [max(map(width_of, stack)) * 0.53 * LEGEND_TEXT / 72 + 0.75 for stack in stacks]
        if sum(widths) < WIDTH - 0.1:
            return columns
    return 1


def short(name: str, width: int = 34) -> str:
    """A scenario's name for a legend."""
    return cut(name, width)


def wrapped(text: str, width: int, lines: int = 2) -> str:
    """A label of several lines, the rest of a longer one left out."""
    return cut(text, width, lines)


def row_axis(axes: Axes, n: int, is_striped: bool = False) -> None:
    """Room for ``n`` rows, the first on top, with nothing but their names at the left."""
    axes.set_ylim(n - 0.4, -0.6)
    for y in range(1, n, 2) if is_striped else ():
        axes.axhspan(y - 0.5, y + 0.5, color=PALE, zorder=0)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


class NumberTicks(Formatter):
    """Tick labels in the numbers of the tables (1,235; 2.4M), with the decimals that their distance needs."""

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        """Labels for all ticks of an axis at once."""
        step = float(f"{np.min(np.diff(values)):.6g}") if len(values) > 1 else 0.0
        texts = rounded(values, 10 * step)
        return ["0" if value == 0 else text.replace("-", "\N{MINUS SIGN}") for value, text in zip(values, texts, strict=True)]

    def __call__(self, value: float, pos: int | None = None) -> str:
        """One label, as matplotlib asks for it under the cursor."""
        return self.format_ticks([value])[0]


def number_axis(axes: Axes, which: Literal["x", "y"], bins: int = 5) -> None:
    """Ticks as :class:`NumberTicks` on the ``x`` or ``y`` axis, and a grid across it."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_major_locator(MaxNLocator(bins, steps=[1, 2, 5, 10]))
    axis.set_major_formatter(NumberTicks())
    axes.grid(axis=which)
