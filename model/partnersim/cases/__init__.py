"""The cases told in the report's boxes: read from files, planted into runs, and told."""

from partnersim.cases.file import Case, case_names, load_case, load_cases
from partnersim.cases.follow import Contacts, Fate
from partnersim.cases.reading import Answer, Verdict, criteria
from partnersim.cases.story import CaseStory, case, listing

__all__ = [
    "Answer",
    "Case",
    "CaseStory",
    "Contacts",
    "Fate",
    "Verdict",
    "case",
    "case_names",
    "criteria",
    "listing",
    "load_case",
    "load_cases",
]
