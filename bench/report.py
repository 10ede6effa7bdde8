"""Figures, and the one table that shows them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from tabulate import tabulate


@dataclass
class Figure:
    """What was measured, once for each round; `floor` is the figure it is held against."""

    what: str
    unit: str
    rounds: list[float] = field(default_factory=list)
    floor: "Figure | None" = None
    aim: float | None = None  # a ratio to the floor

    @property
    def value(self) -> float:
        """The median of the rounds."""
        return median(self.rounds)

    @property
    def ratio(self) -> float | None:
        """To the floor."""
        return self.value / self.floor.value if self.floor else None

    @property
    def more_is_better(self) -> bool:
        """Whether a higher figure is a better one."""
        return self.unit.endswith("/s")

    @property
    def reached(self) -> bool:
        """Whether the ratio is what was aimed at."""
        if self.aim is None or self.ratio is None:
            return True
        return self.ratio >= self.aim if self.more_is_better else self.ratio <= self.aim

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        floor = self.floor.what if self.floor else None
        return {
            "what": self.what,
            "unit": self.unit,
            "value": self.value,
            "rounds": self.rounds,
            "floor": floor,
            "ratio": self.ratio,
            "aim": self.aim,
        }


def table(figures: Sequence[Figure]) -> str:
    """All of them, one line each."""
    headers = ("what", "value", "unit", "floor", "ratio", "aim")
    return tabulate([_row(figure) for figure in figures], headers, disable_numparse=True, colalign=_ALIGNMENT)


_ALIGNMENT = ("left", "right", "left", "right", "right", "left")


def _row(figure: Figure) -> tuple[str, ...]:
    floor = _number(figure.floor.value) if figure.floor else ""
    ratio = f"{figure.ratio:.2f}" if figure.ratio is not None else ""
    aim = ""
    if figure.aim is not None:
        sign = "≥" if figure.more_is_better else "≤"
        aim = f"{sign} {figure.aim}{'' if figure.reached else '  MISSED'}"
    return figure.what, _number(figure.value), figure.unit, floor, ratio, aim


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
