"""IndexOptions and Ranking: every number that ranking depends on, each with its source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any, Protocol

from faqsearch.errors import InvalidOptionError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Ranking:
    """The weights of ranking; ``docs/adr/0003-two-channels-as-plain-bm25.md`` says how they were chosen.

    A document's score is the sum over both channels of BM25(all) + ``title`` · BM25(title), plus ``category`` ·
    BM25(category labels) for morphemes; bigrams count ``grams``. Field ``all`` is the title three times, then the body.
    """

    k1: float = 1.2  # Robertson & Zaragoza 2009, §3.4; 0.9 to 2 lie within 0.1 points
    b: float = 0.75  # the same; 0.6 to 0.9 lie within 0.1 points
    title: float = 0.3  # shares of 0.3 to 0.5 lie within 0.2 points
    category: float = 0.3  # on the tuning half of data/ 0 to 0.8 lie within 0.1 points; navigational queries gain a little
    grams: float = 0.5  # a flat 0.25 to 0.5 ties, 1.0 costs 0.5 points
    verb: float = 0.5  # verbs and adjectives; +0.26 points against 1
    stopword: float = 0.3  # on top of the above; +0.20 points against 1
    gram_base: float = 0.6  # a bigram of function words only; +0.19 points with the next two
    gram_one: float = 0.2  # more for the first content syllable
    gram_both: float = 0.2  # more for the second
    synonym: float = 0.7  # what a synonym counts of the word it stands for
    floor: float = 0.3  # matching="most": share of the best score; costs 0.02 points and shortens the list 10 to 30 times

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 <= value < 1e6:
                raise InvalidOptionError(f"Ranking.{one.name} must be a number of 0 or more, not {value!r}")
        if self.b > 1 or self.floor > 1 or self.k1 == 0:
            raise InvalidOptionError("Ranking needs k1 above 0, and b and floor of at most 1")

    def to_dict(self) -> dict[str, float]:
        return asdict(self)


class Encoder(Protocol):
    """What turns texts into vectors, for re-ranking the top of a list by meaning."""

    name: str
    dimensions: int

    def queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """``(len(texts), dimensions) float32`` unit vectors of queries."""

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """``(len(texts), dimensions) float32`` unit vectors of titles and pieces of bodies."""


@dataclass(frozen=True, slots=True)
class IndexOptions:
    """How an index analyses and ranks; kept with the index.

    This version ranks by words alone: an ``encoder`` raises InvalidOptionError.
    """

    encoder: Encoder | None = None
    ranking: Ranking = field(default_factory=Ranking)

    def __post_init__(self) -> None:
        require_no_encoder(self.encoder)

    def to_dict(self) -> dict[str, Any]:
        return {"encoder": None if self.encoder is None else self.encoder.name, "ranking": self.ranking.to_dict()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> IndexOptions:
        known = {one.name for one in fields(Ranking)}
        return cls(ranking=Ranking(**{name: value for name, value in values["ranking"].items() if name in known}))


def require_no_encoder(encoder: Encoder | None) -> None:
    """Raises InvalidOptionError where an encoder is given."""
    if encoder is not None:
        raise InvalidOptionError("re-ranking by an encoder is not part of this version; leave encoder=None")
