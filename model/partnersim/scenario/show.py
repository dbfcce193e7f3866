"""The levers for the screen: a line for each, or all about one."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping
from pathlib import Path

from partnersim.channels import AXES, BY_NAME, Channel
from partnersim.scenario.check import aligned
from partnersim.scenario.levers import BY_CASE, PER, Choice, Contribution, Cost, Lever, load_levers, read_lever
from partnersim.scenario.policy import days, read_policy
from partnersim.scenario.reading import ScenarioError, unknown

HEAD = ("id", "name", "what", "paragraphs", "paid by", "days to set up", "days a year")
CHANGE_HEAD = ("channel", "of", "baseline", "rule", "by", "to", "range", "unit", "if", "read by")
COST_HEAD = ("cost", "days", "range", "how often", "paid by", "if")
BY_WORLD = {"partnership": "partnerships", **{case: f"{case}s" for case in BY_CASE}}
"""Costs of what only a run can count."""
SETTING_UP = ("system", "adopter", "country", "team")
WIDTH = 100


def by_id(lever: Lever) -> tuple[str, int]:
    """Sorting key: L2 before L10, shocks last."""
    return lever.id.rstrip("0123456789"), int(lever.id.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") or 0)


def find_lever(text: str) -> Lever:
    """The lever meant by ``text``: the file of a lever, else a name of the library, or an id there.

    Raises :class:`ScenarioError` with the nearest name when there is neither.
    """
    if text.endswith(".toml"):
        return read_lever(Path(text))
    levers = load_levers()
    ids = {lever.id: name for name, lever in levers.items()}
    name = ids.get(text.upper(), text)
    if name not in levers:
        raise ScenarioError(f"{unknown('lever', text, levers)}; a file of your own is named with its .toml")
    return levers[name]


def defaults(lever: Lever) -> dict[str, Choice]:
    """Every option at its default."""
    return {name: option.default for name, option in lever.options.items()}


def usual_days(lever: Lever, numbers: Mapping[str, float]) -> tuple[str, str]:
    """Staff-days of the real system to set a lever up, and a year, at default options if all take it up.

    ``numbers``: how many adopters, countries and so on there are, by the words of ``PER`` without ``_year``. What only a
    run can count is said in words.
    """
    if not lever.costs:
        return "-", "-"
    policy = read_policy({"lever": lever.name}, {lever.name: lever})
    seats = sum(c.value for c in lever.active_contributions(defaults(lever)) if c.channel == "advisory_seats")
    how_many = {"member": seats * numbers["adopter"], "desk": 12.0, "country_desk": 12.0 * numbers["team"], **numbers}
    once, yearly, by_world = 0.0, 0.0, []
    for cost, n in days(policy, lever):
        what = cost.per.removesuffix("_year")
        if what in BY_WORLD:
            by_world.append(f"by {BY_WORLD[what]}")
        elif cost.per in SETTING_UP:
            once += n * how_many.get(what, 1.0)
        else:
            yearly += n * how_many.get(what, 1.0)
    known = [f"{yearly:,.0f}"] if yearly or not by_world else []
    return f"{once:,.0f}", " + ".join([*known, *sorted(set(by_world))])


def format_levers(levers: Mapping[str, Lever], numbers: Mapping[str, float]) -> str:
    """A line for each lever, by id; ``numbers`` as in :func:`usual_days`."""
    lines = [
        (lever.id, lever.name, lever.title, _paragraphs(lever), _payers(lever), *usual_days(lever, numbers))
        for lever in sorted(levers.values(), key=by_id)
    ]
    note = (
        "Days are staff-days of the real system at full strength and default options, if all take the lever up. What a lever's"
        " mechanism takes by itself, such as days of training, comes on top. A shock is no policy: nobody pays for it."
        " partnersim levers NAME shows all about one."
    )
    return aligned("Levers", HEAD, lines) + "\n\n" + textwrap.fill(note, WIDTH) + "\n"


def _paragraphs(lever: Lever) -> str:
    return ", ".join(map(str, lever.paragraphs))


def _payers(lever: Lever) -> str:
    payers = {c.payer.replace("_", " ") for c in lever.active_costs(defaults(lever))}
    return ", ".join(sorted(payers)) or "nobody: a shock"


def format_lever(lever: Lever, numbers: Mapping[str, float]) -> str:
    """All about one lever: what it changes and costs, under which options, who reads it, where it comes from."""
    once, yearly = usual_days(lever, numbers)
    kind = "" if lever.costs else ". A shock: a state of the world that nobody chooses or pays for"
    options = [(o.name, ", ".join(map(told, o.values)), told(o.default), o.meaning) for o in lever.options.values()]
    named = [(c.channel, c) for c in lever.contributions] + [(c.name, c) for c in lever.costs]
    sentences = [
        f"{lever.id} {lever.name}: {lever.title}{kind}",
        f"Report paragraphs {_paragraphs(lever)}. {lever.source}.",
        f"How it works. {lever.mechanism}",
        f"Trade-off. {lever.trade_off}",
    ]
    if lever.costs:
        sentences.append(f"Staff-days if all take it up: {once} to set up over {lever.ramp} months; a year: {yearly}.")
    tables = [
        aligned("Options", ("option", "values", "default", "what"), options),
        aligned(
            "What it changes, at full strength in those who take it up", CHANGE_HEAD, [_change(c) for c in lever.contributions]
        ),
        aligned("What it costs, in staff-days of the real system", COST_HEAD, [_cost(c) for c in lever.costs]),
        aligned("Where the sizes come from", ("of", "status", "source"), [(name, c.status, c.source) for name, c in named]),
    ]
    return "\n\n".join([*(textwrap.fill(text, WIDTH) for text in sentences), *filter(None, tables)]) + "\n"


def told(value: Choice) -> str:
    """An option's value as a file writes it."""
    return str(value).lower() if isinstance(value, bool) else value


def condition(thing: Contribution | Cost) -> str:
    """The options under which a contribution or cost counts, in words; empty where it always does."""
    return " and ".join(f"{name} = {' or '.join(map(told, values))}" for name, values in thing.when.items())


def gives(channel: Channel, value: float) -> float:
    """The channel's value after one contribution at full strength to its baseline, within its bounds."""
    from partnersim.folding import fold

    moved = fold(int(channel.rule), channel.baseline, channel.baseline, value, 1.0)
    return min(max(moved, channel.low), channel.high)


def changes(c: Contribution) -> tuple[str, str, str, str, str]:
    """Baseline of the channel, its rule, the contribution, what it gives, and its range."""
    channel = BY_NAME[c.channel]
    known = not math.isnan(channel.baseline)
    return (
        f"{channel.baseline:g}" if known else "population",
        channel.rule.name.lower(),
        f"{c.value:g}",
        f"{gives(channel, c.value):.4g}" if known else "-",
        f"{c.low:g} to {c.high:g}",
    )


def _change(c: Contribution) -> tuple[str, ...]:
    channel = BY_NAME[c.channel]
    return c.channel, AXES[channel.axis], *changes(c), channel.unit, condition(c) or "-", ", ".join(channel.readers)


def _cost(c: Cost) -> tuple[str, ...]:
    often = f"{PER[c.per]} for each day of desk" if c.per in ("desk", "country_desk") else PER[c.per]
    return c.name, f"{c.days:g}", f"{c.low:g} to {c.high:g}", often, c.payer.replace("_", " "), condition(c) or "-"
