"""How many misspelled words are repaired, and how many right ones changed? Pairs of words, and sentences with wrong blanks.

Over the entries of ``data/`` and the public sets' welfare-qa and kowiki-pool together, the pairs (wrong, right) of
``resources/misspellings_naradesign.tsv`` whose right form is found word for word and whose wrong form is not: repaired where
the first ten hits are those of the right form; beside it where the right form's first hit is among the first ten. Right forms
whose search says that it replaced something are wrongly changed (at most 1 %). A sentence of
``resources/spacing_errors_kiwi.jsonl`` counts as repaired where the wrongly spaced one finds the first ten of the right one,
which needs no correction since bigrams ignore blanks. And over the entries of ``data/`` alone, every noun of the package's
table of related words, asked for by itself: right words, most of which that index has not.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from benchmarks.datasets import own_collection, public_folder, public_sets
from faqsearch import FaqIndex
from faqsearch.analysis.related_words import FILE

BAR = 0.01
_SHOWN = 120  # code points of a sentence that are searched: a query is cut at 200


def main(arguments: list[str]) -> int:
    """Prints the shares; 1 where too many right words are changed, 0 where the resources are not there."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks spelling", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", help="folder of the public sets (or FAQSEARCH_DATASETS)")
    options = parser.parse_args(arguments)
    missed = _words()
    folder = public_folder(options.data)
    resources = folder / "resources" if folder is not None else None
    if resources is None or not (resources / "misspellings_naradesign.tsv").is_file():
        print(f"skipped: no resources in {folder or 'any folder (give --data)'}")
        return missed
    documents = list(own_collection()[0].documents)
    for collection in public_sets(folder, ("welfare-qa", "kowiki-pool")):
        documents += collection.documents
    with FaqIndex.in_memory() as index:
        index.sync(documents)
        missed += _pairs(index, resources / "misspellings_naradesign.tsv") + _sentences(index, resources)
    return int(missed > 0)


def _first(index: FaqIndex, query: str, *, correct: bool = True) -> list[str]:
    return [hit.document.id for hit in index.search(query, facets=False, correct=correct)]


def _found(index: FaqIndex, query: str) -> bool:
    """Whether a document holds the words one behind the other."""
    return index.search(f'"{query}"', facets=False).total > 0


def _words() -> int:
    words = [line.partition("\t")[0] for line in FILE.read_text(encoding="utf-8").splitlines()]
    with FaqIndex.in_memory() as index:
        index.sync(own_collection()[0].documents)
        changed = [word for word in words if index.search(word, per_page=1, facets=False).correction is not None]
    share = len(changed) / len(words)
    print(f"right words asked alone: {len(words):,}, changed: {len(changed)} ({share:.2%}, at most {BAR:.0%})")
    return int(share > BAR)


def _pairs(index: FaqIndex, path: Path) -> int:
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()[1:] if line.strip()]
    pairs = [(wrong.strip(), right.strip()) for wrong, rights in rows for right in rights.split(",")]
    right_forms = sorted({right for _, right in pairs if _found(index, right)})
    changed = [right for right in right_forms if index.search(right, facets=False).correction is not None]
    damaged = [(wrong, right) for wrong, right in pairs if right in right_forms and not _found(index, wrong)]
    pages = [(_first(index, wrong), _first(index, right, correct=False)) for wrong, right in damaged]
    repaired = sum(wrong == right for wrong, right in pages)
    found = sum(right[0] in wrong for wrong, right in pages if right)
    share = len(changed) / max(1, len(right_forms))
    print(
        f"pairs: {len(pairs)}; right form in the index and wrong form not: {len(damaged)}, of these repaired: {repaired}, "
        f"the right form's first hit found: {found}"
    )
    print(f"right forms in the index: {len(right_forms)}, wrongly changed: {len(changed)} ({share:.1%}, at most {BAR:.0%})")
    return int(share > BAR)


def _sentences(index: FaqIndex, resources: Path) -> int:
    lines = (resources / "spacing_errors_kiwi.jsonl").read_text(encoding="utf-8").splitlines()
    same = top = 0
    for line in lines:
        row = json.loads(line)
        kept = "".join(row["clean"].split())[:_SHOWN]
        noisy, clean = (_beginning(row[name], len(kept)) for name in ("noisy", "clean"))
        one, other = _first(index, noisy), _first(index, clean)
        same += one == other
        top += bool(one) and one[:1] == other[:1]
    print(f"sentences with wrong blanks: {len(lines)}; the same first hit: {top}, the same first ten in order: {same}")
    return 0


def _beginning(text: str, letters: int) -> str:
    """As much of ``text`` as holds that many characters that are no blanks."""
    kept = 0
    for place, character in enumerate(text):
        kept += not character.isspace()
        if kept == letters:
            return text[: place + 1]
    return text
