"""The command that makes a brief of results."""

from __future__ import annotations

import json
from pathlib import Path

import click

from partnersim.cli.common import QUIET, say


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--with",
    "sections",
    multiple=True,
    metavar="SECTION",
    help="A section that must be there: effects, shares, robustness, backfire, sensitivity or packages.",
)
@click.option(
    "--precision",
    metavar="AMOUNT",
    help='Half-width that intervals must have, such as "2%" of the reference, or "transaction_cost=1%".',
)
@click.option("--language", default="en", metavar="CODE", help="Language of the brief, such as zh; English unless given.")
@click.option("--any-version", is_flag=True, help="Also read runs that another version of the model made; the brief says so.")
@click.option("--json", "as_json", is_flag=True, help="What was made, as JSON.")
@QUIET
def report(
    folder: Path,
    sections: tuple[str, ...],
    precision: str | None,
    language: str,
    any_version: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Make the brief of the study in FOLDER, or of the studies in its folders: brief.html, figures, tables behind them.

    In another language than English the page is brief.CODE.html, beside the English one.
    """
    from partnersim.brief.report import report as make

    made = make(folder, sections, any_version, language, precision, tell=lambda text: say(text, quiet))
    if as_json:
        told = {"page": str(made.page), "claims": made.claims, "figures": made.figures, "missing": list(made.missing)}
        click.echo(json.dumps(told, indent=2))
    else:
        click.echo(str(made.page))
    for text in made.missing:
        say(f"Missing: {text}", quiet)
    if made.missing:
        raise SystemExit(2)
