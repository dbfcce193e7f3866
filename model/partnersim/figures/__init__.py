"""Figures of a comparison, each with its finding as title, its data as CSV, and the same bytes for the same results."""

from __future__ import annotations

import functools
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib

from partnersim.figures.differences import difference_pages, draw_differences, draw_headlines
from partnersim.figures.network import draw_network
from partnersim.figures.paths import draw_path_differences, draw_paths
from partnersim.figures.pipeline import draw_pipeline
from partnersim.figures.style import DPI, Picture, fonts_for, settings, style
from partnersim.study import words
from partnersim.study.files import StudyError, write_bytes, write_csv, write_whole

if TYPE_CHECKING:
    from partnersim.study.comparison import Comparison


def draw(comparison: Comparison) -> dict[str, Picture]:
    """The figures of a comparison by file name, nothing written; beyond four scenarios ``differences`` has pages."""
    pages = range(difference_pages(comparison))
    graph = comparison.network()
    where = f"{words.named(comparison.reference)}, seed {comparison.setting.seeds[0]}, month {comparison.setting.months}."
    return {
        "headline_differences": draw_headlines(comparison),
        **{f"differences{f'_{page + 1}' if page else ''}": draw_differences(comparison, page) for page in pages},
        "paths": draw_paths(comparison),
        "path_differences": draw_path_differences(comparison),
        "pipeline": draw_pipeline(comparison),
        **({"network": draw_network(graph, where=f"{where} {comparison.assumed()}".rstrip())} if graph is not None else {}),
    }


def draw_all(comparison: Comparison, folder: Path) -> dict[str, Picture]:
    """Draw every figure and :func:`save` it in ``folder``."""
    pictures = draw(comparison)
    for name, picture in pictures.items():
        save(picture, folder, name)
    return pictures


def save(figure: Picture, folder: Path, name: str) -> None:
    """Write ``name.png`` (160 dots an inch), ``name.svg`` and ``name.csv`` (the data shown), each whole or not at all.

    Equal figures give equal bytes: no date, no software version, fixed identifiers. Raises
    :class:`~partnersim.study.files.StudyError` where the folder cannot be written.
    """
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StudyError(f"{folder}: cannot be made ({error.strerror})") from None
    told = {"png": {"Software": None}, "svg": {"Date": None, "Creator": None}}
    packed = {"png": {"pil_kwargs": {"compress_level": 3}}}  # takes half the time of the usual 6, for a few percent of size
    with style():
        for ending, nothing in told.items():
            options: dict[str, Any] = {"metadata": {**nothing, "Description": figure.alt}, **packed.get(ending, {})}
            draw_to = functools.partial(figure.savefig, format=ending, dpi=DPI, **options)
            write_whole(folder / f"{name}.{ending}", draw_to)
    write_csv(figure.data, folder / f"{name}.csv")


def keep(picture: Picture, path: Path) -> None:
    """Write :func:`light_png` and :func:`light_svg`, because these stay in the repository."""
    write_bytes(light_png(picture), path.with_suffix(".png"))
    write_bytes(light_svg(picture), path.with_suffix(".svg"))


def light_png(picture: Picture) -> bytes:
    """PNG with 32 colours, those of few dots too: a palette by area alone would lose them."""
    from PIL import Image

    drawn, light = io.BytesIO(), io.BytesIO()
    with style():
        picture.savefig(drawn, format="png", dpi=DPI)
    Image.open(drawn).convert("RGB").quantize(32, Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE).save(
        light, format="PNG", optimize=True
    )
    return light.getvalue()


def light_svg(picture: Picture) -> bytes:
    """SVG with text as text: a third of the size, in whatever of the figure's fonts the reader has.

    It names the fonts that its signs need, and not those that are installed here, so that its bytes are the same everywhere.
    """
    drawn = io.BytesIO()
    with style(), matplotlib.rc_context({"svg.fonttype": "none"}):
        picture.savefig(drawn, format="svg", metadata={"Date": None, "Creator": None, "Description": picture.alt})
    here, anywhere = (", ".join(map(repr, fonts)).encode() for fonts in (settings()["font.family"], fonts_for(picture)))
    return drawn.getvalue().replace(here, anywhere)
