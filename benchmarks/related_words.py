"""Which words may stand for one another? Makes ``faqsearch/analysis/resources/related_words.tsv``, the package's related words.

For each of Kiwi's general nouns and roots among its 45,000 most frequent morphemes: the 60 nouns, roots, verbs and adjectives
that its language model holds for the most similar, ordered by the mean of that similarity and of multilingual-e5-small's, whose
cosines are stretched from 0.75 (two words at random) to 1 (the same word). Kept are the first eight of 0.45 or more, without
stop words. ADR 38 says what each model brings alone, on queries that are not reported. Takes about 20 minutes of one core.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from kiwipiepy import Kiwi
from numpy.typing import NDArray
from tqdm import tqdm

from benchmarks.encoded import encoder
from faqsearch.analysis.related_words import FILE
from faqsearch.analysis.resources.load import stopwords
from faqsearch.analysis.terms import LIGHT_VERBS

MODELLED = 70_488
"""Morphemes that Kiwi 0.24.1's language model knows, by falling frequency."""
FREQUENT = 45_000
SIMILAR, KEPT = 60, 8
LEAST = 0.45
UNRELATED = 0.75
ENDINGS = {"NNG": "", "XR": "하다", "VV": "다", "VA": "다"}
"""By tag, what makes a word of the stem that stands in a text."""
LIGHT = LIGHT_VERBS | {"되", "알", "싶", "주"}

Rows = NDArray[np.float32]


class Word(NamedTuple):
    """A morpheme that is a term of the index, by its form and its tag without the kind of conjugation."""

    form: str
    tag: str


def main(arguments: list[str]) -> int:
    """Writes the file."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks related_words", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--vectors", help="SQLite file that keeps e5's vectors between runs")
    parser.add_argument("--output", type=Path, default=FILE, help="the file to write (the package's own)")
    options = parser.parse_args(arguments)
    kiwi = Kiwi()
    kiwi.tokenize("가")  # loads the model
    words = dict(_words(kiwi))
    places = {word: place for place, word in enumerate(words)}
    vectors = _vectors(list(words), options.vectors)
    lines: dict[str, str] = {}
    for word, number in tqdm(words.items(), desc="relating", unit="word"):
        if word.tag in ("NNG", "XR") and word.form not in lines:
            related = _related(kiwi, number, word, places, vectors)
            if related:
                lines[word.form] = "\t".join([word.form, *(f"{form} {round(value * 100)}" for form, value in related.items())])
    ordered = [lines[form] for form in sorted(lines, key=str.encode)]
    options.output.write_text("\n".join(ordered) + "\n", encoding="utf-8")
    print(f"{len(ordered):,} words, {options.output.stat().st_size:,} bytes in {options.output}")
    return 0


def _words(kiwi: Any) -> Iterator[tuple[Word, int]]:
    """(word, its number in Kiwi), each once, the most frequent first."""
    found: set[Word] = set()
    for number in range(MODELLED):
        morpheme = kiwi.morpheme(number)
        word = Word(morpheme.form, morpheme.tag.partition("-")[0])
        if word.form and word.tag in ENDINGS and word not in found and (number < FREQUENT or word.tag != "NNG"):
            found.add(word)
            yield word, number


def _vectors(words: list[Word], file: str | None) -> Rows:
    """``(words, 384) float32`` unit vectors of words as they stand in a text."""
    e5 = encoder("e5", file)
    texts = [word.form + ENDINGS[word.tag] for word in words]
    steps = tqdm(range(0, len(texts), 64), desc="encoding", unit="words", unit_scale=64)
    return np.concatenate([e5.queries(texts[begin : begin + 64]) for begin in steps])


def _related(kiwi: Any, number: int, word: Word, places: dict[Word, int], vectors: Rows) -> dict[str, float]:
    """The related forms of a word with their similarity, the closest first."""
    own = vectors[places[word]]
    found: list[tuple[float, str]] = []
    for similar in kiwi.most_similar_morphemes(number, top_n=SIMILAR):
        place = places.get(Word(similar.form, similar.tag.partition("-")[0]))
        if place is None or similar.form == word.form or not _stands_alone(similar.form):
            continue
        meaning = max(0.0, (float(own @ vectors[place]) - UNRELATED) / (1 - UNRELATED))
        value = (similar.score + meaning) / 2
        if value >= LEAST:
            found.append((value, similar.form))
    best: dict[str, float] = {}
    for value, form in sorted(found, key=lambda one: -one[0]):
        best.setdefault(form, value)
    return dict(list(best.items())[:KEPT])


def _stands_alone(form: str) -> bool:
    """Whether a form names something and fits into a line."""
    return form not in stopwords() and form not in LIGHT and not set(form) & {" ", "\t", "/"}
