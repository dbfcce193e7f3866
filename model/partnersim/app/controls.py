"""The controls of policies and worlds: one element of the page, described by the levers' files."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from partnersim import sharing
from partnersim.app.words import Words, words
from partnersim.scenario import Lever, read_policy
from partnersim.scenario.library import library
from partnersim.scenario.policy import days

GROUPS = {
    "finding": (
        "partner_coordination", "matching_portal", "company_advisory_groups", "convening", "entity_strategy",
        "bottom_up_portfolio",
    ),
    "checking": ("shared_screening", "integrity_transparency", "ex_ante_cost_benefit", "country_risk_skills"),
    "agreeing": ("legal_templates", "common_guidelines", "hq_country_split", "single_entry_point", "internal_advisory_group"),
    "doing": (
        "transformative_guidance", "exit_sustainability", "member_state_support", "rc_and_local_networks",
        "innovative_finance_sharing",
    ),
    "learning": (
        "evaluation_from_design", "staff_training", "private_sector_hiring", "secondments", "focal_point_meeting",
        "knowledge_platform", "leadership_incentives",
    ),
    "world": ("crisis_shock",),
}  # fmt: skip
"""Levers as the page groups them."""
SHELVES = ("recommendations", "packages")
PLAIN = ("more", "how", "trade", "price", "page", "funding", "funding_new", "funding_absorbed")
"""Texts that the controls take as they are."""
Change = dict[str, Any]
"""``{lever, strength 0-100, options, funding}``, or ``{world}``, or ``{preset}``."""


class Levers(Element, component="levers.js"):
    """A world, a start and all policies; ``on_change`` is given the changes of a frame, each a :data:`Change`.

    ``is_package``: only what somebody can decide, in a world that is given: no world, no crises.
    """

    def __init__(
        self,
        language: str,
        shown: dict[str, Any],
        on_change: Callable[[list[Change]], None],
        open_first: int = 2,
        is_package: bool = False,
    ) -> None:
        super().__init__()
        for name, value in described(language).items():
            self._props[name] = value
        if is_package:
            self._props["worlds"] = []
            self._props["groups"] = [group for group in self._props["groups"] if group["name"] != "world"]
        self._props["shown"] = shown
        self._props["open_first"] = open_first

        def changed(event: GenericEventArguments) -> None:
            if isinstance(event.args, list):
                on_change([change for change in event.args if isinstance(change, dict)])

        self.on("change", changed)

    def show(self, shown: dict[str, Any]) -> None:
        """Set every control to what another has decided: undo, a file, a link."""
        self.run_method("show", shown)


@functools.cache
def described(language: str) -> dict[str, Any]:
    """What the controls are made of, in a language."""
    spoken = words(language)
    say = spoken.say
    texts = {
        "world": say("world.label"), "world_help": say("world.help"), "preset": say("preset.label"),
        "preset_help": say("preset.help"), "preset_none": say("preset.none"), "zones": say.every("lever.zones"),
        "value": say("lever.value", zone="{zone}", percent="{percent}"), "strength": say("lever.strength", lever="{lever}"),
        "in_use": say("lever.in_use", n="{n}"),
        **{key: say(f"lever.{key}") for key in PLAIN},
    }  # fmt: skip
    groups = [
        {"name": group, "title": say(f"group.{group}"), "levers": [_lever(name, spoken) for name in levers]}
        for group, levers in GROUPS.items()
    ]
    return {"groups": groups, "worlds": _worlds(spoken), "presets": _presets(spoken), "words": texts}


def _lever(name: str, spoken: Words) -> dict[str, Any]:
    lever, told = sharing.known()[1][name], spoken.names.lever(name)
    options = []
    for option in lever.options.values():
        named = spoken.names.option(name, option.name)
        values = [{"value": value, "label": named.values[value]} for value in option.values]
        options.append(
            {"name": option.name, "title": named.title, "meaning": named.meaning, "values": values, "default": option.default}
        )
    return {
        "name": name,
        "plain": spoken.say(f"plain.{name}"),
        "title": told.title,
        "mechanism": told.mechanism,
        "trade": told.trade_off,
        "paragraphs": spoken.paragraphs(lever.paragraphs),
        "costs": costs(lever, spoken),
        "options": options,
        "paid": bool(lever.costs),
    }


def costs(lever: Lever, spoken: Words) -> list[str]:
    """What a lever costs at full strength and default options, a line for each cost."""
    policy = read_policy({"lever": lever.name}, {lever.name: lever})
    lines = [
        spoken.say(
            "lever.cost",
            name=spoken.say(f"cost_name.{cost.name}"),
            days=spoken.plain(n),
            per=spoken.names.per(cost.per),
            payer=spoken.names.payer(cost.payer),
        )
        for cost, n in days(policy, lever)
    ]
    return lines or [spoken.say("lever.free")]


def _worlds(spoken: Words) -> list[dict[str, str]]:
    return [{"value": name, "label": spoken.say(f"world.{name}")} for name in sharing.worlds()]


def _presets(spoken: Words) -> list[dict[str, Any]]:
    shelves = {"main": sorted(p.stem for p in library().glob("*.toml") if p.stem != sharing.BASELINE)}
    shelves |= {shelf: sorted(p.stem for p in (library() / shelf).glob("*.toml")) for shelf in SHELVES}
    return [
        {
            "label": spoken.say(f"preset.{shelf}"),
            "options": [{"value": name, "label": spoken.names.scenario(name).title} for name in found],
        }
        for shelf, found in shelves.items()
    ]
