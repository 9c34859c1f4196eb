"""View: the statistics of a snapshot for one audience, and what postings are worth by them."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from faqsearch.index.base import Channel
from faqsearch.index.segments.channel import Channel as TermChannel
from faqsearch.index.segments.channel import Postings
from faqsearch.index.segments.layout import CHANNEL_LISTS, LISTS
from faqsearch.index.segments.posting_lists import PostingSlices
from faqsearch.index.segments.score import ListStatistics, impact_table, inverse_frequency

if TYPE_CHECKING:
    from faqsearch.index.segments.snapshot import Snapshot

_PLACES: dict[str, tuple[Channel, int]] = {
    name: (channel, place) for channel, names in CHANNEL_LISTS.items() for place, name in enumerate(names)
}
"""By list its channel, and its place among the channel's lists."""
_REMEMBERED = 1 << 14
"""Terms of a channel or a list that a view remembers; then it begins anew."""


class View:
    """Statistics of a snapshot over the documents that some audience may see; ``visible`` None: all of them."""

    def __init__(self, snapshot: Snapshot, visible: NDArray[np.bool_] | None, hidden: bool) -> None:
        # Without a cycle, so that an old generation lets go of its files as soon as nobody reads it.
        self._snapshot: Snapshot = weakref.proxy(snapshot)
        self._visible = visible
        self._hidden = hidden and visible is not None
        self._statistics: dict[str, ListStatistics] = {}
        self._tables: dict[str, NDArray[np.float64]] = {}
        self._channels: dict[Channel, TermChannel] = {}
        # By channel and by list, since a key of both would be a tuple more for the garbage collector.
        self._terms: dict[Channel, dict[str, tuple[Postings | None, ...]]] = {channel: {} for channel in CHANNEL_LISTS}
        self._single: dict[str, dict[str, Postings | None]] = {name: {} for name in LISTS}
        ranking = snapshot.ranking
        shares = (1.0, ranking.title, ranking.category, 1.0, ranking.title)
        self._shares = {name: share * (ranking.k1 + 1) for name, share in zip(LISTS, shares, strict=True)}

    def statistics(self, name: str) -> ListStatistics:
        """N and average length of one list over the visible documents that have the field."""
        found = self._statistics.get(name)
        if found is None:
            lengths = self._snapshot.column(f"{name}.len")
            if self._visible is not None:
                lengths = lengths[self._visible]
            count = int(np.count_nonzero(lengths))
            average = int(lengths.sum(dtype=np.int64)) / count if count else 0.0
            found = self._statistics[name] = ListStatistics(count, average)
        return found

    def table(self, name: str) -> NDArray[np.float64]:
        """The impacts of one list, by posting code."""
        found = self._tables.get(name)
        if found is None:
            ranking = self._snapshot.ranking
            found = self._tables[name] = impact_table(self.statistics(name), ranking.k1, ranking.b)
        return found

    def share(self, name: str) -> float:
        """What one list counts in a score: its weight times k1 + 1."""
        return self._shares[name]

    def term(self, channel: Channel, term: str) -> tuple[Postings | None, ...]:
        """A term in each list of its channel, None where no document holds it there; remembered for the next query with it."""
        known = self._terms[channel]
        found = known.get(term)
        if found is None:
            found = (self._channels.get(channel) or self._channel(channel)).term(term)
            if len(known) >= _REMEMBERED:
                known.clear()
            known[term] = found
        return found

    def postings(self, name: str, term: str) -> Postings | None:
        """A term in one list, None where no document holds it there; what other lists of its channel hold is not looked up."""
        channel, place = _PLACES[name]
        lists = self._terms[channel].get(term)
        if lists is not None:
            return lists[place]
        known = self._single[name]
        found = known.get(term)
        if found is None and term not in known:
            found = (self._channels.get(channel) or self._channel(channel)).one(term, place)
            if len(known) >= _REMEMBERED:
                known.clear()
            known[term] = found
        return found

    def _channel(self, channel: Channel) -> TermChannel:
        snapshot = self._snapshot
        lists = [
            (snapshot.blocks(name), self.statistics(name).documents, self._shares[name]) for name in CHANNEL_LISTS[channel]
        ]
        dictionaries = [segment.dictionaries[channel] for segment in snapshot.segments]
        found = self._channels[channel] = snapshot.kernels.channel(dictionaries, lists, self._visible if self._hidden else None)
        return found

    def holding(self, channel: Channel, term: str) -> list[PostingSlices]:
        """The postings of the documents that hold the term in any list of the channel."""
        whole, _, *category = self.term(channel, term)  # what is in a title is in "all" too
        return [postings.slices for postings in (whole, *category) if postings is not None]

    def mark(self, mask: NDArray[np.bool_], channel: Channel, term: str) -> None:
        """Sets ``mask`` for every document that holds the term in any list of the channel."""
        for slices in self.holding(channel, term):
            slices.mark(mask)

    def idf(self, name: str, term: str) -> float:
        """The inverse document frequency of a term in one list."""
        postings = self.postings(name, term)
        return inverse_frequency(self.statistics(name).documents, 0) if postings is None else postings.idf
