"""Which pages a results page leads to."""

from __future__ import annotations

from dataclasses import dataclass

_AROUND = 2


@dataclass(frozen=True, slots=True)
class Pagination:
    """``numbers`` of the pages that have a link, None where some are left out."""

    page: int
    last: int
    numbers: tuple[int | None, ...]

    @property
    def previous(self) -> int | None:
        return min(self.page - 1, self.last) if self.page > 1 else None

    @property
    def next(self) -> int | None:
        return self.page + 1 if self.page < self.last else None


def pagination(page: int, last: int) -> Pagination:
    """The first, the last and those around ``page``; a gap of one page is filled by that page."""
    wanted = sorted({1, last, *range(page - _AROUND, page + _AROUND + 1)} & set(range(1, last + 1)))
    numbers: list[int | None] = []
    before = 0
    for number in wanted:
        if number - before == 2:
            numbers.append(number - 1)
        elif number - before > 2:
            numbers.append(None)
        numbers.append(number)
        before = number
    return Pagination(page, last, tuple(numbers))
