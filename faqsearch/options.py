"""IndexOptions and Ranking: every number that ranking depends on, each with its source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

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

    k1: float = 1.0  # Robertson & Zaragoza 2009, §3.4; with b and joined +0.15 points against 1.2, 0.75 and 0
    b: float = 0.8  # the same
    title: float = 0.3  # shares of 0.3 to 0.5 lie within 0.2 points
    category: float = 0.3  # on the tuning half of data/ 0 to 0.8 lie within 0.1 points; navigational queries gain a little
    grams: float = 0.5  # a flat 0.25 to 0.5 ties, 1.0 costs 0.5 points
    verb: float = 0.5  # verbs and adjectives; +0.26 points against 1
    stopword: float = 0.3  # on top of the above; +0.20 points against 1
    gram_base: float = 0.6  # a bigram of function words only; +0.19 points with the next two
    gram_one: float = 0.2  # more for the first content syllable
    gram_both: float = 0.2  # more for the second
    synonym: float = 0.7  # what a synonym counts of the word it stands for
    known_synonym: float = 0.3  # a built-in one for words that the index has, on top: cautious, ADR 15
    related: float = 1.0  # times its similarity, a related word where the typed one is missing; +0.3 points against 0 (ADR 38)
    floor: float = 0.3  # matching="most": share of the best score; costs 0.02 points and shortens the list 10 to 30 times
    encoder_floor: float = 0.1  # the same in an index with an encoder, which finds answers lower in the list; +0.9 against 0.3
    joined: float = 0.3  # a known word that two neighbours of the query make; 0.2 to 0.4 lie within 0.02 points

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 <= value < 1e6:
                raise InvalidOptionError(f"Ranking.{one.name} must be a number of 0 or more, not {value!r}")
        if self.b > 1 or self.floor > 1 or self.encoder_floor > 1 or self.k1 == 0:
            raise InvalidOptionError("Ranking needs k1 above 0, and b, floor and encoder_floor of at most 1")

    def to_dict(self) -> dict[str, float]:
        return asdict(self)

    @property
    def in_title(self) -> float:
        """About what a word scores, over its idf, where a title of average length says it: in both fields of both channels."""
        return (1 + self.title) * (1 + self.grams)


class Encoder(Protocol):
    """What turns texts into vectors, for re-ranking the top of a list by meaning.

    A row of zeros says that a text has no vector. An encoder may have a ``calibration``; without one it is measured. It must
    bear being called by several threads.
    """

    name: str
    dimensions: int

    def queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """``(len(texts), dimensions) float32`` unit vectors of queries."""

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """``(len(texts), dimensions) float32`` unit vectors of titles and pieces of bodies."""


class SentenceModel(Protocol):
    """What sentence-transformers' models, and whatever looks like one, have."""

    def encode(self, sentences: list[str], /) -> Any:
        """``(len(sentences), dimensions)`` vectors."""


AnyEncoder: TypeAlias = Encoder | SentenceModel | str
"""An encoder, a model with sentence-transformers' ``encode``, or the name of a built-in encoder."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What an encoder reads of a document, and how its cosines count.

    A document of the re-ranked part gains ``weight`` · best lexical score · max(0, cosine - ``floor``). The default reads a
    body as a whole and in windows; ``docs/adr/0010-meaning-re-ranks-the-top.md`` says how the numbers were chosen.
    """

    weight: float
    floor: float
    body: int = 2000
    """Code points of the body that are read as a whole."""
    window: int = 80
    """Code points of the windows of whole sentences that a body is read in besides; 0: none."""

    def __post_init__(self) -> None:
        for name, low, high in (("weight", 0, 1e6), ("floor", -1, 1), ("body", 0, 1e6), ("window", 0, 1e6)):
            value = getattr(self, name)
            if not isinstance(value, (int, float)) or isinstance(value, bool) or not low <= value <= high:
                raise InvalidOptionError(f"Calibration.{name} must be a number from {low} to {high:g}, not {value!r}")

    def to_dict(self) -> dict[str, float]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class IndexOptions:
    """How an index analyses and ranks; kept with the index.

    ``encoder`` re-ranks the top of the list by meaning: an Encoder, any object with the ``encode`` of sentence-transformers,
    or the name of a built-in one ("use", "e5"; extra ``faqsearch[semantic]``). None, the default, ranks by words alone.
    """

    encoder: AnyEncoder | None = None
    ranking: Ranking = field(default_factory=Ranking)

    def __post_init__(self) -> None:
        require_encoder(self.encoder)

    def to_dict(self) -> dict[str, Any]:
        name = self.encoder if isinstance(self.encoder, str) else getattr(self.encoder, "name", None)
        return {"encoder": name, "ranking": self.ranking.to_dict()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> IndexOptions:
        """The options stored with an index; its encoder is known by name only and left out."""
        known = {one.name for one in fields(Ranking)}
        return cls(ranking=Ranking(**{name: value for name, value in values["ranking"].items() if name in known}))


def ranking_in_force(options: Mapping[str, Any]) -> Ranking:
    """The ranking of options stored with an index; where it has an encoder, ``encoder_floor`` is its floor."""
    ranking = IndexOptions.from_dict(options).ranking
    return replace(ranking, floor=ranking.encoder_floor) if options.get("encoder") else ranking


def require_encoder(encoder: object) -> None:
    """Raises InvalidOptionError where ``encoder`` is given and cannot encode; whether its package is there shows later."""
    if encoder is None or isinstance(encoder, str):
        return
    if callable(getattr(encoder, "encode", None)):
        return
    if not callable(getattr(encoder, "queries", None)) or not callable(getattr(encoder, "passages", None)):
        raise InvalidOptionError(
            f"an encoder is the name of a built-in one ('use', 'e5'), has queries and passages, or encode as in "
            f"sentence-transformers, which {encoder!r} has not"
        )
