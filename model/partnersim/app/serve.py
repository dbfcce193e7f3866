"""The server: one process for a student alone or a class, on this machine unless told otherwise."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from nicegui import app, ui

from partnersim import sharing
from partnersim.app import about, exercise, explore, lost, policy, world
from partnersim.app.render import HERE
from partnersim.app.safety import SafeHeaders
from partnersim.app.session.addresses import here
from partnersim.app.session.opening import open_classes, start_classes
from partnersim.app.site import Site
from partnersim.live import Ensembles, Pair

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Options:
    """How to serve. ``host`` is this machine alone unless given; ``browser``: whether to open one.

    ``data``: folder of class sessions, the user's own if None; ``new_secret``: give the teacher another; ``seeds``: worlds in
    which a move is tried.
    """

    host: str = LOOPBACK
    port: int = 8080
    browser: bool = True
    data: Path | None = None
    new_secret: bool = False
    seeds: int = 100


def serve(options: Options, tell: Callable[[str], None] = print) -> None:
    """Serve until interrupted; ``tell`` is given what whoever started it has to know."""
    logging.getLogger("nicegui").setLevel(logging.WARNING)
    site = Site(Ensembles(seeds=options.seeds))
    register(site)
    classes = open_classes(site, options.host, options.data, options.new_secret)

    def started() -> None:
        _warm(site)
        gc.collect()
        gc.freeze()  # what was loaded stays: looking through it again and again would hold up answers
        tell(f"partnersim is at {here(options.host, options.port)}/ ; Ctrl-C ends it.")
        start_classes(classes, options.host, options.port, tell)

    app.add_middleware(SafeHeaders)
    app.config.quasar_config["loadingBar"]["skipHijack"] = True  # a bar that comes and goes and has no name
    app.on_startup(started)
    app.on_shutdown(site.close)
    app.on_shutdown(classes.close)
    ui.run(
        host=options.host,
        port=options.port,
        title="partnersim",
        show=options.browser,
        reload=False,
        tailwind=False,
        show_welcome_message=False,
        reconnect_timeout=30.0,
        favicon=HERE / "static" / "favicon.svg",
        language=None,  # each page says its own
    )


def register(site: Site) -> None:
    """Make all pages of a site known."""
    app.add_static_files("/static", HERE / "static")
    for room in (explore, world, exercise, policy, about):
        room.register(site)
    lost.register()


def _warm(site: Site) -> None:
    """Make the worlds of the baseline before anybody asks, so that the first student does not wait for them."""
    baseline = sharing.shipped_scenario(sharing.BASELINE)

    def tell(pair: Pair) -> None:
        site.picture(pair, "en")

    site.ensembles.ask(baseline, baseline, tell)
