"""The command that serves the classroom page."""

from __future__ import annotations

from pathlib import Path

import click

from partnersim.cli.common import announce_compiling, say


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8080, show_default=True, help="Where to serve.")
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="This machine alone unless given; 0.0.0.0 lets everybody on the local network in, which a class needs.",
)
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), help="Folder of class sessions.")
@click.option("--new-secret", is_flag=True, help="Give the teacher a new secret; who knows the old one is no teacher any more.")
@click.option("--seeds", type=click.IntRange(3, 1000), default=100, show_default=True, help="Worlds in which each move is tried.")
def app(port: int, no_browser: bool, host: str, data: Path | None, new_secret: bool, seeds: int) -> None:
    """Open the classroom: move policies, watch one world, do exercises, teach a class."""
    from partnersim.app.serve import Options, serve

    announce_compiling(False)
    serve(Options(host=host, port=port, browser=not no_browser, data=data, new_secret=new_secret, seeds=seeds), say)
