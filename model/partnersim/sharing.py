"""A scenario as a text that travels: in a link, a download, an upload.

Such a text comes from anybody. It is read by the strict loader, may name what the library ships but no file or folder, and is
limited in length and in what it starts.
"""

from __future__ import annotations

import base64
import binascii
import functools
import tomllib
import zlib
from collections.abc import Mapping
from typing import Any

import tomli_w

from partnersim.scenario import Lever, Parameter, Policy, Scenario, ScenarioError, load_levers, load_parameters, load_scenario
from partnersim.scenario.library import library, shipped
from partnersim.scenario.load import KEYS, POPULATION, checked_values, make_scenario
from partnersim.scenario.policy import read_policy
from partnersim.scenario.reading import Table, unknown

LONGEST_TEXT = 65_536
"""Characters of a scenario's text."""
MOST_POLICIES = 40
"""Policies of such a scenario: more than there are levers."""
BASELINE = "baseline"

Document = dict[str, Any]
"""A scenario file as plain tables: ``extends``, ``set``, ``policy`` and so on."""


@functools.cache
def known() -> tuple[Mapping[str, Parameter], Mapping[str, Lever]]:
    """Parameters and levers of the library, read once."""
    return load_parameters(), load_levers()


@functools.cache
def shipped_scenario(name: str) -> Scenario:
    """A scenario of the library by name, never a file; raises ScenarioError with the nearest name."""
    files = shipped()
    if name not in files:
        raise ScenarioError(unknown("scenario", name, files))
    return load_scenario(files[name])


@functools.cache
def worlds() -> tuple[str, ...]:
    """Names of the worlds of the library to try policies in: the baseline, then the adverse ones."""
    return (BASELINE, *sorted(path.stem for path in (library() / "worlds").glob("*.toml")))


def scenario_from_text(text: str, name: str = "mine") -> Scenario:
    """The scenario of a TOML text, strictly read; ``name`` is what it is called and what messages call the text.

    Raises :class:`ScenarioError` for every mistake, for a path in it, and for more than ``LONGEST_TEXT`` characters or
    ``MOST_POLICIES`` policies.
    """
    if len(text) > LONGEST_TEXT:
        raise ScenarioError(f"{name}: the text has {len(text):,} characters; allowed are at most {LONGEST_TEXT:,}")
    try:
        data = tomllib.loads(text.removeprefix("\ufeff").replace("\r\n", "\n"))
    except RecursionError:
        raise ScenarioError(f"{name}: brackets are nested too deeply") from None
    except ValueError as error:  # of TOML, or of a number with thousands of digits
        raise ScenarioError(f"{name}: not valid TOML: {error}") from None
    return scenario_of(data, name)


def scenario_of(document: Document, name: str = "mine") -> Scenario:
    """The scenario of a file's tables, with the rules and errors of :func:`scenario_from_text`."""
    parameters, levers = known()
    table = Table(document, name, "", KEYS)
    try:
        base = shipped_scenario(table.text("extends", BASELINE))
    except ScenarioError as error:
        raise table.error("extends", f"{error}; a text that travels cannot name a file") from None
    population = table.text("population", POPULATION)
    if population != POPULATION:
        raise table.error("population", f'allowed in a text that travels: "{POPULATION}"; this is "{population[:60]}"')
    blocks = table.tables("policy")
    if len(blocks) + len(base.policies) > MOST_POLICIES:
        raise table.error("policy", f"{len(blocks) + len(base.policies)} policies; allowed are at most {MOST_POLICIES}")
    values = checked_values(table.table("set"), name, parameters)
    return make_scenario(
        name,
        [*base.policies, *(read_policy(data, levers, name, number) for number, data in enumerate(blocks, 1))],
        {**base.values, **values},
        parameters=parameters,
        levers=levers,
        title=table.text("title"),
        question=table.text("question", ""),
        note=table.text("note", ""),
        extends=(base.name, *base.extends),
        set_by={**base.set_by, **dict.fromkeys(values, name)},
    )


def document_of(scenario: Scenario) -> Document:
    """A scenario as tables that extend the world of the library it is set in: what differs from it, policy by policy.

    Read again by :func:`scenario_of` it has the same digest. Raises :class:`ScenarioError` for a population or a lever that the
    library does not have.
    """
    if scenario.population != POPULATION:
        raise ScenarioError(f"{scenario.name}: its population is a folder of its own, which no text can carry")
    _, levers = known()
    for policy in scenario.policies:
        if scenario.levers[policy.lever] != levers.get(policy.lever):
            raise ScenarioError(f"{scenario.name}: the lever {policy.lever} is one of its own, which no text can carry")
    base = shipped_scenario(_world(scenario))
    document: Document = {"title": scenario.title}
    document |= {key: text for key, text in (("question", scenario.question), ("note", scenario.note)) if text}
    document["extends"] = base.name
    if changed := {name: value for name, value in scenario.values.items() if base.values.get(name) != value}:
        document["set"] = changed
    if own := [policy for policy in scenario.policies if policy not in base.policies]:
        document["policy"] = [block_of(policy, levers[policy.lever]) for policy in own]
    return document


def _world(scenario: Scenario) -> str:
    """The world of the library that a scenario is set in: the nearest it builds on and leaves as it is."""
    for name in (scenario.name, *scenario.extends):
        if name in worlds():
            base = shipped_scenario(name)
            if set(base.values) <= set(scenario.values) and all(policy in scenario.policies for policy in base.policies):
                return name
    return BASELINE


def block_of(policy: Policy, lever: Lever) -> Document:
    """A ``[[policy]]`` block that says what is not as usual."""
    usual = read_policy({"lever": policy.lever}, {policy.lever: lever})
    block: Document = {"lever": policy.lever}
    for key in ("start", "ramp", "end", "strength", "adoption", "funding"):
        if getattr(policy, key) != getattr(usual, key):
            block[key] = getattr(policy, key)
    if policy.target != "all":
        block["target"] = list(policy.target)
    if options := {name: value for name, value in policy.options.items() if value != usual.options[name]}:
        block["options"] = options
    if policy.set:
        block["set"] = dict(policy.set)
    return block


def text_of(document: Document) -> str:
    """A document as the text of a scenario file."""
    return tomli_w.dumps(document)


def to_link(document: Document) -> str:
    """A document in letters, digits, - and _, for a link."""
    packed = zlib.compress(text_of(document).encode(), 9)
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def from_link(letters: str) -> str:
    """The text of :func:`to_link`; raises ScenarioError for letters that hold none, or one that is too long."""
    try:
        packed = base64.b64decode(letters + "=" * (-len(letters) % 4), altchars=b"-_", validate=True)
        unpacked = zlib.decompressobj()
        content = unpacked.decompress(packed, LONGEST_TEXT + 1)
        if not unpacked.eof or unpacked.unused_data:
            raise ScenarioError(f"the link is cut off, or holds more than {LONGEST_TEXT:,} characters")
        return content.decode()
    except (binascii.Error, zlib.error, ValueError) as error:
        if isinstance(error, ScenarioError):
            raise
        raise ScenarioError("the link does not hold a scenario; it may have been cut off") from None
