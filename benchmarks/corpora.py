"""How real are the generated documents? Vocabulary growth (Heaps' law) of the generator's corpus against ``data/``.

The generator gives any number of documents, one after another, the same for the same seed and sources; a smaller corpus is the
beginning of a larger one. A document has title and category of a source entry, and sentences of that entry and another,
recombined by halves. The pool of sources opens as documents come, so that words grow as they do in reading on; then coined
nouns (syllables following each other as in real nouns) take the place of real ones at the rate that keeps the vocabulary
growing as ``DATA_EXPONENT`` says, old ones coming back in proportion to their use (Simon 1955). Sources are ``data/faqs.jsonl``
and, in the folder given by --data, naver-smartstore-faq, welfare-qa and kowiki-pool.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from benchmarks.datasets import own_collection, public_folder, public_sets
from benchmarks.peers.base import prepare, text_terms
from faqsearch import Document

SETS = ("naver-smartstore-faq", "welfare-qa", "kowiki-pool")
SEED = 11
DATA_EXPONENT = 0.46
"""Of ``data/`` from its first eighth to all of it, in morpheme terms."""
_FIRST = 400
"""Entries that are open from the start."""
_OPENING = 0.75
"""Real entries open as documents ^ 0.75: the encyclopedia among them brings words faster than ``data/`` does."""
_TERMS_PER_STEM = 1.8
"""Terms for each distinct noun before a particle (1.3), and more for the coined ones that Kiwi reads as known words."""

_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_SLOT = re.compile(r"([가-힣]{2,6})(을|를|은|는|이|가|과|와|의|에|에서|으로|로)")
_PARTICLES = {"을": "을를", "를": "을를", "은": "은는", "는": "은는", "이": "이가", "가": "이가", "과": "과와", "와": "과와"}
_FIRST_DATE = datetime(2021, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Source:
    """A real entry: its sentences are what documents are made of."""

    title: str
    sentences: tuple[str, ...]
    category: tuple[str, ...]


def sources(folder: Path | None) -> list[Source]:
    """Entries of ``data/`` and of the public sets that are there, in an order that is always the same."""
    documents = [(document, "") for document in own_collection()[0].documents]
    if folder is not None:
        for name in SETS:
            documents += [(document, name) for document in _entries(folder, name)]
    made = [_source(document, name) for document, name in documents]
    random.Random(SEED).shuffle(made)
    return [source for source in made if source.sentences]


def generate(count: int, pool: Sequence[Source], *, seed: int = SEED) -> Iterator[Document]:
    """``count`` documents."""
    chance = random.Random(seed)
    coiner = Coiner(pool, chance)
    owed = 0.0
    for number in range(count):
        opened = pool[: int(_FIRST * max(1.0, number / _FIRST) ** _OPENING)]
        owed += coiner.rate(number)
        new, owed = int(owed), owed - int(owed)
        one, other = chance.choice(opened), chance.choice(opened)
        title, body = _recombined(one, other, chance)
        title, body = coiner.inject(title, body, new=new, old=chance.randrange(3) if number > 50 else 0)
        yield Document(
            id=f"g{number:07}",
            title=title,
            body=body,
            category=one.category,
            updated_at=_FIRST_DATE + timedelta(minutes=chance.randrange(5 * 365 * 24 * 60)),
            views=min(10_000_000, int(chance.paretovariate(0.9) * 10)),
        )


class Coiner:
    """Invented nouns: syllables that follow each other as in the nouns of real texts, and none of those nouns."""

    def __init__(self, pool: Sequence[Source], chance: random.Random) -> None:
        self._chance = chance
        self._follow: dict[str, list[str]] = {}
        self._known: set[str] = set()
        for source in pool:
            for stem, _ in _SLOT.findall(f"{source.title} {' '.join(source.sentences)}"):
                self._known.add(stem)
                for left, right in zip(f"^{stem}", stem, strict=False):
                    self._follow.setdefault(left, []).append(right)
        self._used: list[str] = []
        self._opened: float = _FIRST * (len(pool) / _FIRST) ** (1 / _OPENING)
        self._terms = _TERMS_PER_STEM * len(self._known)

    def rate(self, number: int) -> float:
        """Coined nouns that document ``number`` owes: growth by the law, once all real entries are open."""
        if number < self._opened:
            return 0.0
        slowing: float = (number / self._opened) ** (DATA_EXPONENT - 1)
        return DATA_EXPONENT * self._terms / self._opened * slowing

    def coin(self) -> str:
        """A noun that was not there before."""
        while True:
            length = self._chance.choice((2, 3, 3, 3, 4, 4))
            noun, last = "", "^"
            while len(noun) < length:
                last = self._chance.choice(self._follow.get(last) or self._follow["^"])
                noun += last
            if noun not in self._known:
                self._known.add(noun)
                return noun

    def inject(self, title: str, body: str, *, new: int, old: int) -> tuple[str, str]:
        """Title and body with nouns replaced: ``new`` by coined ones, ``old`` by ones coined before."""
        nouns = [self.coin() for _ in range(new)]
        nouns += [self._chance.choice(self._used) for _ in range(old) if self._used]
        self._used += nouns
        self._chance.shuffle(nouns)
        if nouns and self._chance.random() < 0.3:
            title = self._replace(title, nouns[:1])
        return title, self._replace(body, nouns)

    def _replace(self, text: str, nouns: Sequence[str]) -> str:
        slots = list(_SLOT.finditer(text))
        chosen = sorted(self._chance.sample(slots, min(len(slots), len(nouns))), key=lambda slot: slot.start())
        pieces: list[str] = []
        place = 0
        for slot, noun in zip(chosen, nouns, strict=False):
            pieces += [text[place : slot.start()], noun, _particle(noun, slot.group(2))]
            place = slot.end()
        rest = [f" {noun} 안내" for noun in nouns[len(chosen) :]]
        return "".join([*pieces, text[place:], *rest])


@dataclass(frozen=True, slots=True)
class Request:
    """A search to be timed. ``matching`` is for faqsearch; with peers any term matches."""

    query: str
    category: tuple[str, ...] | None = None
    sort: str = "relevance"
    page: int = 1
    matching: str = "most"


MIXES = {
    "short": "three words that follow each other in a document",
    "long": "a whole question: a title of five words or more",
    "frequent": "two of the hundred most frequent words",
    "rare": "two words that stand in one to three of the documents sampled",
    "one word": "one word, frequent ones more often",
    "filtered": "short, in a category",
    "by date": "short, the latest first",
    "page 50": "two frequent words, page 50, any term matching so that there is such a page",
    "repeated": "short, the same queries coming back by Zipf's law",
}


def requests(mix: str, documents: Sequence[Document], count: int, *, seed: int = SEED) -> list[Request]:
    """``count`` requests of a mix; distinct but for "repeated", where the documents have so many to give."""
    chance = random.Random(f"{mix} {seed}")
    if mix == "repeated":
        some = requests("short", documents, max(10, count // 10), seed=seed)
        return chance.choices(some, [1 / rank for rank in range(1, len(some) + 1)], k=count)
    makers: dict[str, Callable[[Document, random.Random], Request | None]] = {
        "short": _short,
        "long": _long,
        "filtered": lambda document, chance: _short(document, chance, category=True),
        "by date": lambda document, chance: _short(document, chance, sort="-updated_at"),
    }
    made: dict[Request, None] = {}
    if mix in makers:
        for _ in range(40 * count):
            if (request := makers[mix](chance.choice(documents), chance)) is not None:
                made[request] = None
            if len(made) == count:
                break
        return list(made)
    words = _words(documents[:20_000])
    ranked = [word for word, _ in words.most_common()]
    rare = [word for word, times in words.items() if times <= 3]
    for _ in range(40 * count):
        if mix == "one word":
            made[Request(chance.choices(ranked[:5000], [1 / rank for rank in range(1, len(ranked[:5000]) + 1)])[0])] = None
        elif mix == "rare":
            made[Request(" ".join(chance.sample(rare, 2)))] = None
        else:
            query = " ".join(chance.sample(ranked[:100], 2))
            made[Request(query, page=50, matching="any") if mix == "page 50" else Request(query)] = None
        if len(made) == count:
            break
    return list(made)


def main(arguments: list[str]) -> int:
    """Prints growth of the generated vocabulary beside that of ``data/``."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks corpora", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--documents", type=int, default=2000, help="how many to generate (2000; all of them are analysed)")
    parser.add_argument("--data", help="folder of the public sets (or FAQSEARCH_DATASETS)")
    parser.add_argument("--show", type=int, default=0, help="also print so many documents")
    parser.add_argument("--json", help="also write the figures to this file")
    options = parser.parse_args(arguments)
    pool = sources(public_folder(options.data))
    made = list(generate(options.documents, pool))
    for document in made[-options.show :] if options.show else []:
        print(json.dumps(document.to_dict(), ensure_ascii=False))
    own = own_collection()[0].documents
    random.Random(SEED).shuffle(own)
    figures = {}
    for name, documents in (("data/", own), (f"generated from {len(pool):,} entries", made)):
        points = growth(documents)
        exponent = heaps(points)
        figures[name] = {"points": points, "exponent": exponent}
        print(f"\n{name}: {sum(len(d.body) for d in documents) / len(documents):.0f} characters a body")
        print(f"{'documents':>10} {'tokens':>11} {'distinct terms':>15}")
        for number, tokens, distinct in points:
            print(f"{number:>10,} {tokens:>11,} {distinct:>15,}")
        print(f"Heaps' law: distinct terms grow as tokens ^ {exponent:.2f}")
    if options.json:
        Path(options.json).write_text(json.dumps(figures, ensure_ascii=False, indent=2), encoding="utf-8")
    return 0


def growth(documents: Sequence[Document]) -> list[tuple[int, int, int]]:
    """(documents, morpheme tokens, distinct morpheme terms) after each eighth."""
    prepare(documents)
    seen: set[str] = set()
    tokens = 0
    points = []
    steps = {max(1, len(documents) * part // 8) for part in range(1, 9)}
    for number, document in enumerate(documents, 1):
        for text in (document.title, document.body):
            terms = text_terms(text).morphemes
            tokens += len(terms)
            seen.update(terms)
        if number in steps:
            points.append((number, tokens, len(seen)))
    return points


def heaps(points: Sequence[tuple[int, int, int]]) -> float:
    """The exponent between the first and the last point."""
    (_, tokens, terms), (_, all_tokens, all_terms) = points[0], points[-1]
    return math.log(all_terms / terms) / math.log(all_tokens / tokens)


def corpus(count: int, folder: Path | None) -> Iterator[Document]:
    """``count`` generated documents from all sources that are there."""
    return generate(count, sources(folder))


def _entries(folder: Path, name: str) -> Iterable[Document]:
    place = folder / name / "corpus.jsonl"
    if not place.is_file():
        print(f"skipped {name}: not in {folder}")
        return []
    if (folder / name / "queries.jsonl").is_file():
        return next(public_sets(folder, (name,))).documents
    rows = (json.loads(line) for line in place.read_text(encoding="utf-8").splitlines())
    return [Document(id=r["_id"], title=r["title"], body=r["text"], category=tuple(r.get("category") or ())) for r in rows]


def _source(document: Document, name: str) -> Source:
    sentences = tuple(piece for piece in _SENTENCE.split(document.body) if 10 <= len(piece) <= 250)
    category = document.category or (name, f"분야 {sum(map(ord, document.title)) % 40}")
    return Source(document.title or document.body[:30], sentences, category)


def _recombined(one: Source, other: Source, chance: random.Random) -> tuple[str, str]:
    title = _crossed(one.title, other.title, chance) if chance.random() < 0.5 else one.title
    wanted = chance.choice((4, 5, 6, 8, 10, 12, 16))
    lines = []
    for _ in range(wanted):
        home = one if chance.random() < 0.75 else other
        sentence = chance.choice(home.sentences)
        if chance.random() < 0.5:
            sentence = _crossed(sentence, chance.choice(home.sentences), chance)
        lines.append(sentence)
    return title, "\n".join(dict.fromkeys(lines))


def _crossed(left: str, right: str, chance: random.Random) -> str:
    """The first half of one text and the second of another, cut at a blank."""
    first, second = left.split(), right.split()
    return " ".join([*first[: max(1, len(first) // 2)], *second[len(second) // 2 :]])[:300]


def _particle(noun: str, particle: str) -> str:
    """The particle in the form that goes behind ``noun``."""
    pair = _PARTICLES.get(particle)
    if pair is None:
        return particle
    return pair[0] if (ord(noun[-1]) - 0xAC00) % 28 else pair[1]


def _short(document: Document, chance: random.Random, *, category: bool = False, sort: str = "relevance") -> Request | None:
    words = (document.title if chance.random() < 0.5 else document.body).split()
    if len(words) < 3:
        return None
    start = chance.randrange(len(words) - 2)
    path = document.category[: chance.randint(1, len(document.category))] if category else None
    return Request(" ".join(words[start : start + 3]), category=path, sort=sort)


def _long(document: Document, chance: random.Random) -> Request | None:
    return Request(document.title) if len(document.title.split()) >= 5 else None


def _words(documents: Iterable[Document]) -> Counter[str]:
    """Documents by noun-like word: what stands before a particle."""
    words: Counter[str] = Counter()
    for document in documents:
        words.update({stem for stem, _ in _SLOT.findall(f"{document.title} {document.body}")})
    return words


def sample(documents: Iterable[Document], size: int) -> list[Document]:
    """The first ``size`` documents."""
    return list(islice(documents, size))
