"""What does the built-in lexicon gain? nDCG@10 on ``data/`` by half and kind, without it and with it.

The queries of the tuning half were seen when the list was written; the held-back half is the answer.
"""

from __future__ import annotations

import argparse

from benchmarks.collection import EVERYBODY
from benchmarks.datasets import own_collection
from faqsearch import FaqIndex, Lexicon
from faqsearch.evaluation import evaluate_run


def main(arguments: list[str]) -> int:
    """Prints a line a kind for each half."""
    argparse.ArgumentParser(prog="python -m benchmarks lexicon", description=(__doc__ or "").splitlines()[0]).parse_args(
        arguments
    )
    own, judged = own_collection()
    asked = [query for query in judged if query.kind != "unanswerable"]
    values = []
    with FaqIndex.in_memory() as index:
        index.sync(own.documents)
        for general in (False, True):
            index.set_lexicon(Lexicon(general=general))
            run = {
                query.id: [hit.document.id for hit in index.search(query.text, audience=EVERYBODY, facets=False)]
                for query in asked
            }
            found = evaluate_run(run, {query.id: own.qrels[query.id] for query in asked}, measures=("nDCG@10",))
            values.append({id: one["nDCG@10"] for id, one in found.by_query.items()})
    for half in ("tuning", "held-back"):
        print(f"\n{half:<14}{'queries':>8}{'without':>9}{'with':>9}{'points':>8}")
        kinds = sorted({query.kind for query in asked})
        for kind in ("all", *kinds):
            ids = [query.id for query in asked if query.split == half and kind in ("all", query.kind)]
            without, beside = (sum(one[id] for id in ids) / len(ids) for one in values)
            print(f"{kind:<14}{len(ids):>8}{without:>9.4f}{beside:>9.4f}{(beside - without) * 100:>+8.2f}")
    return 0
