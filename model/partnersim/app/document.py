"""What a student has set: a scenario document with a past and a future, changed by controls, files and links."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from partnersim import sharing
from partnersim.scenario import Scenario, ScenarioError
from partnersim.sharing import BASELINE, Document

MOST_STEPS = 200


class Setting:
    """The document in use. Every change either stands as a lawful scenario or is refused with :class:`ScenarioError`."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._steps: list[Document] = [{"title": title, "extends": BASELINE}]
        self._read: tuple[Document, Scenario] | None = None
        self._at = 0

    @property
    def document(self) -> Document:
        """The scenario file as plain tables; not to be changed."""
        return self._steps[self._at]

    @property
    def scenario(self) -> Scenario:
        """The same as a scenario."""
        if self._read is None or self._read[0] is not self.document:
            self._read = self.document, sharing.scenario_of(self.document)
        return self._read[1]

    @property
    def reference(self) -> Scenario:
        """The same world without what somebody decided: its numbers and what befalls it."""
        levers = sharing.known()[1]
        blocks = [block for block in self.document.get("policy", []) if levers[block["lever"]].role != "lever"]
        return sharing.scenario_of({**self.document, "policy": blocks}, "reference")

    @property
    def world(self) -> str:
        """Name of the world of the library that it is set in."""
        return str(self.document["extends"])

    @property
    def is_changed(self) -> bool:
        """Whether any policy or number is in use."""
        return bool(self.document.get("policy") or self.document.get("set"))

    def used(self) -> list[str]:
        """Levers in use, in the order of the document."""
        return list(dict.fromkeys(block["lever"] for block in self.document.get("policy", [])))

    def put(self, document: Document) -> None:
        """Take another document; raises :class:`ScenarioError` and stays as it is where that is not lawful."""
        scenario = sharing.scenario_of(document)
        if document != self.document:
            self._steps = [*self._steps[: self._at + 1][-MOST_STEPS:], copy.deepcopy(document)]
            self._at = len(self._steps) - 1
            self._read = self.document, scenario

    def open(self, text: str) -> None:
        """Take the text of a scenario file; errors as :func:`partnersim.sharing.scenario_from_text`."""
        self.put(sharing.document_of(sharing.scenario_from_text(text)))

    def start_from(self, name: str) -> None:
        """Take the policies of a scenario of the library into the world that is set."""
        self.put({**sharing.document_of(sharing.shipped_scenario(name)), "extends": self.world})

    def move_to(self, world: str) -> None:
        """Try the same policies in another world of the library."""
        if world not in sharing.worlds():
            raise ScenarioError(f'no world "{world[:60]}"')
        self.put({**self.document, "extends": world})

    def apply(self, change: Mapping[str, Any]) -> None:
        """Take a change of the controls, see :data:`partnersim.app.controls.Change`.

        What is no such change raises ``KeyError``, ``TypeError`` or ``ValueError``.
        """
        if "world" in change:
            self.move_to(str(change["world"]))
        elif "preset" in change:
            self.start_from(str(change["preset"]))
        else:
            options = {str(key): value for key, value in dict(change.get("options") or {}).items()}
            self.set_lever(str(change["lever"]), float(change["strength"]) / 100.0, options, str(change["funding"]))

    def set_lever(self, name: str, strength: float, options: dict[str, Any] | None = None, funding: str = "new") -> None:
        """Use a lever at ``strength`` (0-1; 0 is not at all); months, targets and sizes that a file gave it stay."""
        self.put(self.with_lever(name, strength, options, funding))

    def with_lever(self, name: str, strength: float, options: dict[str, Any] | None = None, funding: str = "new") -> Document:
        """The document that :meth:`set_lever` would make, not yet checked."""
        if name not in (levers := sharing.known()[1]):
            raise ScenarioError(f'no policy "{name[:60]}"')
        usual = {option.name: option.default for option in levers[name].options.values()}
        others = [block for block in self.document.get("policy", []) if block["lever"] != name]
        mine = [block for block in self.document.get("policy", []) if block["lever"] == name] or [{"lever": name}]
        changed = []
        for block in mine if strength != 0.0 else []:
            new = {key: value for key, value in block.items() if key not in ("strength", "options", "funding")}
            new |= {"strength": strength} if strength != 1.0 else {}
            chosen = {key: value for key, value in (options or {}).items() if usual.get(key) != value}
            new |= {"options": chosen} if chosen else {}
            new |= {"funding": funding} if funding != "new" else {}
            changed.append(new)
        document = {key: value for key, value in self.document.items() if key not in ("policy", "question", "note")}
        document["title"] = self._title
        if policies := sorted([*others, *changed], key=lambda block: block["lever"]):
            document["policy"] = policies
        return document

    def reset(self) -> None:
        """No policy, the same world."""
        self.put({"title": self._title, "extends": self.world})

    @property
    def can_undo(self) -> bool:
        return self._at > 0

    @property
    def can_redo(self) -> bool:
        return self._at + 1 < len(self._steps)

    def undo(self) -> None:
        """One step back, if there is one."""
        self._at = max(self._at - 1, 0)

    def redo(self) -> None:
        """One step forward again, if there is one."""
        self._at = min(self._at + 1, len(self._steps) - 1)

    def shown(self) -> dict[str, Any]:
        """What the controls show: ``world``, and by lever its ``strength`` (0-100), ``options``, ``funding`` and ``start``."""
        levers = sharing.known()[1]
        policies = {}
        for block in self.document.get("policy", []):
            lever = levers[block["lever"]]
            options = {option.name: option.default for option in lever.options.values()} | block.get("options", {})
            policies[lever.name] = {
                "strength": max(round(100 * block.get("strength", 1.0)), 1),
                "options": options,
                "funding": block.get("funding", "new"),
                "start": block.get("start", 1),
            }
        return {"world": self.world, "policies": policies}
