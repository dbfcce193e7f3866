"""What a team may propose: policies of the library, and nothing that changes the world they are played in."""

from __future__ import annotations

from collections.abc import Callable

from partnersim import sharing
from partnersim.classroom import limits
from partnersim.classroom.errors import ClassroomError
from partnersim.mistakes import Mistake
from partnersim.scenario import Scenario

Load = Callable[[str, str], Scenario]
"""A strict loader: from a text and what to call it to a scenario; raises a :class:`Mistake`."""


def read_package(text: str, calm: str, name: str = "package", load: Load = sharing.scenario_from_text) -> Scenario:
    """The scenario of a package's text, strictly loaded, for a class whose calm world is ``calm``.

    Refused (:class:`ClassroomError`) are texts that are too long or that the loader refuses, more than 12 policies, numbers of
    the world (``[set]``), what nobody decides (crises), and a world other than the baseline or ``calm``.
    """
    limits.package_size(text)
    try:
        scenario = load(text, name)
        document = sharing.document_of(scenario)
    except Mistake as error:
        raise ClassroomError("propose.unreadable", reason=str(error)) from error
    own = document.get("policy", [])
    if len(own) > limits.MOST_POLICIES:
        raise ClassroomError("propose.policies", n=len(own), most=limits.MOST_POLICIES)
    if "set" in document or any(scenario.levers[policy["lever"]].role != "lever" for policy in own):
        raise ClassroomError("propose.changes_world")
    if document["extends"] not in (sharing.BASELINE, calm):
        raise ClassroomError("propose.other_world", world=document["extends"])
    return scenario


def in_world(package: Scenario, world: str) -> str:
    """The text of a scenario file that puts a package's policies to use in a world of the library."""
    return sharing.text_of(sharing.document_of(package) | {"extends": world})
