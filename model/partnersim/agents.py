"""Agents as Mesa sees them: views on rows of the world's records.

A view holds no state of its own: reading ``company.integrity`` reads the column. Rows of companies are used again, so a
view is bound to a row and a key; when the company has left, the view is removed from the model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from partnersim.columns import COLUMNS, Column

if TYPE_CHECKING:
    from partnersim.model import PartnershipModel


class Field:
    """One column of the column table as a read-only attribute: numbers and truth values, or a read-only array."""

    def __init__(self, column: Column) -> None:
        self.name = column.name
        self.__doc__ = f"{column.meaning} ({column.unit})"

    def __get__(self, view: View | None, owner: type | None = None) -> Any:
        if view is None:
            return self
        value = view.record[self.name]
        if isinstance(value, np.ndarray):
            value = value.view()
            value.flags.writeable = False
            return value
        return value.item()

    def __set__(self, view: View, value: object) -> None:
        raise AttributeError(
            f"{type(view).__name__}.{self.name} is read-only; policies and parameters change the world, not agents"
        )


class View(mesa.Agent):
    """A row of one kind of agent."""

    kind = ""

    def __init_subclass__(cls, **settings: Any) -> None:
        super().__init_subclass__(**settings)
        for column in COLUMNS[cls.kind]:
            setattr(cls, column.name, Field(column))

    def __init__(self, model: PartnershipModel, row: int) -> None:
        super().__init__(model)
        self.row = row
        self.unique_id = int(self.record["key"])

    @property
    def record(self) -> np.void:
        """This agent's row of the world's record array."""
        return getattr(self.model.world, self.kind)[self.row]


class UNEntity(View):
    """An agency, fund, programme or office of the United Nations; attributes are the columns of ``COLUMNS["entity"]``."""

    kind = "entity"

    @property
    def code(self) -> str:
        """Its code in the population."""
        return self.model.entity_codes[self.row]


class Company(View):
    """A company; synthetic, never a real one; attributes are the columns of ``COLUMNS["company"]``."""

    kind = "company"


class Government(View):
    """A Member State; attributes are the columns of ``COLUMNS["government"]``."""

    kind = "government"

    @property
    def iso3(self) -> str:
        """Its three-letter code."""
        return self.model.state_codes[self.row]


class CivilSociety(View):
    """A civil society organisation; synthetic; attributes are the columns of ``COLUMNS["civil"]``."""

    kind = "civil"


KINDS: tuple[type[View], ...] = (UNEntity, Company, Government, CivilSociety)
