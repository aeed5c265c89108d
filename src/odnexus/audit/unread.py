"""What could not be read of tables, told shortly: a column that is wrong in every row takes one line, not thousands."""

from __future__ import annotations

from typing import Final

_MOST: Final = 3
"""Rows with one fault that are told one by one."""


class Unread:
    """Faults by table and row. Nothing here holds a value."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], list[int]] = {}

    def row(self, table: str, number: int, fault: str) -> None:
        """Note a row that was left out."""
        self._rows.setdefault((table, fault), []).append(number)

    def cell(self, table: str, number: int, word: str, fault: str) -> None:
        """Note a cell that was left out of a row that was read."""
        self._rows.setdefault((table, f"{fault} @ $.{word}; only this cell was left out"), []).append(number)

    def lines(self) -> tuple[str, ...]:
        """Return the faults in words, in the order in which they were met."""
        lines = list[str]()
        for (table, fault), numbers in self._rows.items():
            if len(numbers) <= _MOST:
                lines += [f"{table}, row {number}: {fault}" for number in numbers]
            else:
                lines.append(f"{table}, row {numbers[0]} and {len(numbers) - 1:,} more: {fault}")
        return tuple(lines)
