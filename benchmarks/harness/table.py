"""Results as a table for people."""

from __future__ import annotations

from .result import Result

HEADS = ("row", "result", "p50 ms", "p99 ms", "errors", "CPU s nginx/host/pg/load", "peak MB", "reference", "ratio", "target", "")


def number(value: float | None, digits: int = 3) -> str:
    """With about so many digits that count."""
    if value is None:
        return ""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.{max(0, digits - len(str(int(abs(value)))))}f}"


def cells(result: Result) -> tuple[str, ...]:
    used = result.usage
    bound, sign = (result.at_least, "≥") if result.at_least is not None else (result.at_most, "≤")
    unit = " ×" if result.reference is not None else result.unit
    return (
        result.what, number(result.value) + result.unit, number(result.p50), number(result.p99),
        "" if result.errors is None else str(result.errors),
        f"{used.nginx:.1f}/{used.host:.1f}/{used.postgres:.1f}/{used.load:.1f}" if used else "",
        number(used.peak) if used else "",
        f"{number(result.reference)}{result.unit} {result.reference_name}" if result.reference is not None else "",
        "" if result.ratio is None else f"{result.ratio:.2f} ×", "" if bound is None else f"{sign} {bound:g}{unit}",
        {None: "", True: "met", False: "MISSED"}[result.is_met],
    )  # fmt: skip


def text(results: list[Result]) -> str:
    rows = [HEADS, *(cells(result) for result in results)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])
