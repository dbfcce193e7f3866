"""The network of ties: who is tied to whom, actors by kind as colour and shape, ties by kind as colour and dash."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D

from partnersim.figures.style import ACTOR_NAMES, ACTORS, BLACK, TIES, Look, Picture, canvas, dress, line_handle, styled

if TYPE_CHECKING:
    import networkx as nx

RINGS = {"entity": (0.30, 0.30), "company": (0.52, 0.74), "government": (0.88, 0.88), "civil_society": (1.0, 1.0)}
"""Inner and outer radius on which each kind stands."""
HUBS, SHARE_OF = 8, 5
"""Entities that bear a label; entities whose share of ties the title tells."""
ROUNDS = 3
GOLDEN = 0.6180339887498949
"""Multiples of the golden section, modulo 1, keep neighbours in rank far apart."""
MANY = 2000
"""Ties or actors beyond which lines are thin and solid and the vector file carries them as an image."""


@styled
def draw_network(graph: nx.Graph, title: str | None = None, where: str = "") -> Picture:
    """Actors with ties, on rings by kind, each near those it is tied to.

    Nodes carry ``kind`` (entity, company, government, civil_society) and perhaps ``label``; edges ``kind``
    (collaboration, event, membership, staff) and ``weight``. The best-tied entities that have a label bear it. ``where``
    is a sentence for the footer on whose network this is and when.
    ``ValueError`` for a kind that is not known.
    """
    nodes, edges = network_data(graph)
    picture = canvas(8.6)
    axes = picture.subplots()
    axes.set_aspect("equal")
    axes.set_axis_off()
    axes.set_xlim(-1.04, 1.04)
    axes.set_ylim(-1.04, 1.04)
    _draw_ties(axes, nodes, edges)
    _draw_actors(axes, nodes)
    footer = (
        "Only actors with ties are drawn, on a ring for each kind, near those they are tied to; distance has no other meaning. "
        "Size of an actor and width of a tie grow with the weight of ties. Position and size have no unit."
    )
    footer = f"{where} {footer}"
    dress(picture, [title or _finding(nodes, edges)], footer, nodes, _legend(nodes, edges), _handle)
    return picture


def network_data(graph: nx.Graph) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Nodes (``node, kind, label, ties, weight, x, y``) and edges (``a, b, kind, weight``; a and b are rows of nodes)."""
    kept = [(node, values) for node, values in graph.nodes(data=True) if graph.degree(node) > 0]
    kinds = [values["kind"] for _, values in kept]
    rows = {node: i for i, (node, _) in enumerate(kept)}
    ties = [(rows[a], rows[b], values["kind"], float(values.get("weight", 1.0))) for a, b, values in graph.edges(data=True)]
    edges = pd.DataFrame(ties, columns=["a", "b", "kind", "weight"])
    for given, known in ((kinds, ACTORS), (edges["kind"], TIES)):
        if unknown := sorted(set(given) - set(known)):
            raise ValueError(f"kind {unknown[0]!r} is not known; there are: {', '.join(known)}")
    a, b, weight = edges["a"].to_numpy(int), edges["b"].to_numpy(int), edges["weight"].to_numpy(float)
    n = len(kept)
    nodes = pd.DataFrame({
        "node": [str(node) for node, _ in kept],
        "kind": kinds,
        "label": [str(values.get("label", "")) for _, values in kept],
        "ties": np.bincount(a, minlength=n) + np.bincount(b, minlength=n),
        "weight": np.bincount(a, weight, n) + np.bincount(b, weight, n),
    })  # fmt: skip
    nodes["x"], nodes["y"] = ring_layout(np.array(kinds, dtype=object), a, b, weight)
    return nodes, edges


def ring_layout(kinds: np.ndarray, a: np.ndarray, b: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Positions in the unit circle: a ring for each kind, on it the order of the neighbours' mean direction.

    Entities hold their place, with an arc that grows with their ties and hubs set apart; the others gather near those
    they are tied to (barycentre rounds: Sugiyama and others 1981). Linear in the ties, without chance.
    """
    n = len(kinds)
    members = {kind: np.flatnonzero(kinds == kind) for kind in RINGS}
    strength = np.bincount(a, weight, n) + np.bincount(b, weight, n)
    angle = np.zeros(n)
    for turn in range(ROUNDS):
        direction = np.exp(1j * angle)
        pull = np.zeros(n, dtype=complex)
        np.add.at(pull, a, weight * direction[b])
        np.add.at(pull, b, weight * direction[a])
        for kind, rows in members.items():
            if kind == "entity":
                rank = np.argsort(np.argsort(-strength[rows], kind="stable"), kind="stable")
                _spread(angle, rows, rank * GOLDEN % 1.0, np.sqrt(strength[rows]))
            elif turn:
                _spread(angle, rows, np.round(np.angle(pull[rows]) % (2 * np.pi), 9), np.ones(len(rows)))
    radius = np.empty(n)
    for kind, rows in members.items():
        inner, outer = RINGS[kind]
        place = np.argsort(np.argsort(angle[rows], kind="stable"), kind="stable")
        radius[rows] = inner + (outer - inner) * (place * GOLDEN % 1.0)
    return radius * np.cos(angle), radius * np.sin(angle)


def _spread(angle: np.ndarray, rows: np.ndarray, wish: np.ndarray, arc: np.ndarray) -> None:
    """Set ``rows`` round the circle in the order of ``wish``, each in the middle of its share of ``arc``."""
    order = np.argsort(wish, kind="stable")
    ends = np.cumsum(arc[order])
    if len(ends):
        angle[rows[order]] = 2 * np.pi * (ends - arc[order] / 2) / ends[-1]


def _draw_ties(axes: Axes, nodes: pd.DataFrame, edges: pd.DataFrame) -> None:
    place = nodes[["x", "y"]].to_numpy()
    many = len(edges) > MANY
    scale = max(edges["weight"].quantile(0.9), 1e-12) if len(edges) else 1.0
    for kind, part in edges.groupby("kind", sort=True):
        look = TIES[str(kind)]
        lines = LineCollection(
            list(np.stack([place[part["a"]], place[part["b"]]], axis=1)),
            colors=look.colour,
            linewidths=0.3 if many else 0.4 + 0.9 * np.minimum(part["weight"] / scale, 1.5),
            linestyles="-" if many else look.dash,
            alpha=float(np.clip(260 / len(edges), 0.025, 0.55)),
            zorder=1,
            rasterized=many,
        )
        axes.add_collection(lines)


def _draw_actors(axes: Axes, nodes: pd.DataFrame) -> None:
    for kind, look in ACTORS.items():
        part = nodes[nodes["kind"] == kind]
        if part.empty:
            continue
        base = 26 if kind == "entity" else float(np.clip(4000 / len(nodes), 1.5, 22))
        size = base * (0.6 + 2.2 * part["weight"] / part["weight"].max())
        axes.scatter(
            part["x"], part["y"], s=size, c=look.colour, marker=look.shape, zorder=3,
            edgecolors="white", linewidths=0.0 if len(part) > MANY else 0.3, rasterized=len(part) > MANY,
        )  # fmt: skip
    hubs = nodes[(nodes["kind"] == "entity") & (nodes["label"] != "")].nlargest(HUBS, "weight")
    for _, hub in hubs.iterrows():
        _label(axes, hub)


def _label(axes: Axes, hub: pd.Series) -> None:
    """The code of a hub, towards the empty middle."""
    length = np.hypot(hub["x"], hub["y"]) or 1.0
    inward = (-11 * hub["x"] / length, -11 * hub["y"] / length)
    axes.annotate(
        hub["label"], (hub["x"], hub["y"]), inward, textcoords="offset points", fontsize=7.5, color=BLACK, fontweight="bold",
        ha="right" if hub["x"] > 0.1 else "left" if hub["x"] < -0.1 else "center", va="center", zorder=4,
        bbox={"boxstyle": "round,pad=0.12", "facecolor": "white", "edgecolor": "none", "alpha": 0.8},
    )  # fmt: skip


def _legend(nodes: pd.DataFrame, edges: pd.DataFrame) -> list[tuple[str, Look]]:
    counts = nodes["kind"].value_counts()
    actors = [(f"{ACTOR_NAMES[kind]} ({counts[kind]:,})", look) for kind, look in ACTORS.items() if kind in counts]
    drawn = edges["kind"].value_counts()
    ties = [(f"{kind} ties ({drawn[kind]:,})", look) for kind, look in TIES.items() if kind in drawn]
    return actors + ties


def _handle(name: str, look: Look) -> Line2D:
    handle = line_handle(name, look)
    if look.shape:
        handle.set_linestyle("")
    return handle


def _finding(nodes: pd.DataFrame, edges: pd.DataFrame) -> str:
    """How concentrated the ties are."""
    ties = nodes.loc[nodes["kind"] == "entity", "ties"].sort_values(ascending=False)
    if len(ties) <= SHARE_OF:
        return f"{len(nodes):,} actors and {len(edges):,} ties"
    share = ties.iloc[:SHARE_OF].sum() / ties.sum()
    return f"The {SHARE_OF} best-tied of {len(ties)} UN entities hold {share:.0%} of entities' ties"
