"""The result of one row."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .loads import Measure
from .meter import Usage


@dataclass
class Result:
    """What a row found. `value` and `reference` are in `unit`; a row is met by its ratio or by its value. `note` is printed
    below the table."""

    name: str
    what: str
    value: float
    unit: str = "/s"
    p50: float | None = None
    p99: float | None = None
    errors: int | None = None
    usage: Usage | None = None
    reference: float | None = None
    reference_name: str = ""
    at_least: float | None = None
    at_most: float | None = None
    more: dict[str, Any] = field(default_factory=dict)
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return self.value / self.reference if self.reference else None

    @property
    def judged(self) -> float:
        return self.ratio if self.ratio is not None else self.value

    @property
    def is_met(self) -> bool | None:
        if self.at_least is None and self.at_most is None:
            return None
        return (self.at_least is None or self.judged >= self.at_least) and (
            self.at_most is None or self.judged <= self.at_most
        )

    @classmethod
    def of(cls, name: str, what: str, measure: Measure, **more: Any) -> Result:
        return cls(
            name, what, measure.rate, p50=measure.p50, p99=measure.p99, errors=measure.errors, usage=measure.usage, **more
        )

    def as_json(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "row": self.name, "what": self.what, "value": round(self.value, 3), "unit": self.unit.strip(),
            "p50Ms": self.p50, "p99Ms": self.p99, "errors": self.errors,
            "reference": None if self.reference is None else round(self.reference, 3),
            "referenceName": self.reference_name or None,
            "ratio": None if self.ratio is None else round(self.ratio, 3),
            "atLeast": self.at_least, "atMost": self.at_most, "met": self.is_met,
        }  # fmt: skip
        if self.usage:
            found |= self.usage.as_json()
        return found | self.more
