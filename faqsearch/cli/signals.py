"""Ctrl-C and the request to end, as an exception that nothing on the way takes for an error."""

from __future__ import annotations

import signal
from types import FrameType

_CAUGHT = (signal.SIGINT, signal.SIGTERM)


class Interrupted(BaseException):
    """Raised in the main thread by a signal; ``note`` is what the user is told besides."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.note = ""
        self.exit_code = 128 + number


def install() -> None:
    """From now on SIGINT and SIGTERM raise Interrupted, and writing to a closed pipe ends the process quietly."""
    for number in _CAUGHT:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
            signal.signal(number, _raise)
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)


def ignore() -> None:
    """From now on further signals change nothing: what is left to do is short."""
    for number in _CAUGHT:
        signal.signal(number, signal.SIG_IGN)


def _raise(number: int, frame: FrameType | None) -> None:
    raise Interrupted(number)
