"""How far indexing has come: a bar on a terminal, else a line for every tenth."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any

import click


class IndexingProgress:
    """Called with (documents analysed, documents to analyse), as ``FaqIndex.sync`` does; shown on the standard error."""

    doing, done = "analysing", "analysed"

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._bar: Any = None
        self._tenth = 0

    def __enter__(self) -> IndexingProgress:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.close()

    def __call__(self, done: int, total: int) -> None:
        if not total:
            return
        if self._terminal:
            self._draw(done, total)
        elif (tenth := done * 10 // total) > self._tenth:
            self._tenth = tenth
            click.echo(f"{self.done} {done:,} of {total:,} documents ({done * 100 // total} %)", err=True)

    def _draw(self, done: int, total: int) -> None:
        if self._bar is None:
            from tqdm import tqdm

            self._bar = tqdm(desc=self.doing, total=total, unit=" documents", dynamic_ncols=True, leave=False, file=sys.stderr)
        self._bar.update(done - self._bar.n)
        if done == total:
            self._bar.set_description("saving")


class CopyingProgress(IndexingProgress):
    """The same for documents copied."""

    doing, done = "copying", "copied"
