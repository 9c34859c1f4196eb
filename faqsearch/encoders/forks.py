"""What holds locks or processes begins anew in a child made by ``fork``: there another thread may have held the lock."""

from __future__ import annotations

import os
from typing import Protocol
from weakref import WeakSet


class Renewable(Protocol):
    """Something that a child process must not share with its parent."""

    def renew(self) -> None:
        """Forgets what belongs to the parent."""


_known: WeakSet[Renewable] = WeakSet()


def renew_after_fork(one: Renewable) -> None:
    """Has ``one.renew()`` called in every child made by ``fork``, before anything else runs there."""
    _known.add(one)


def _renew() -> None:
    for one in list(_known):
        one.renew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew)
