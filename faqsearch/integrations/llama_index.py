"""A LlamaIndex retriever over an index (``pip install 'faqsearch[llama-index]'``)."""

from __future__ import annotations

from typing import Any

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from faqsearch.errors import InvalidOptionError
from faqsearch.faq_index import FaqIndex
from faqsearch.integrations.passage import answers, passage_metadata, passage_text


class FaqRetriever(BaseRetriever):
    """Help entries as LlamaIndex nodes, the best first: ``FaqRetriever(index, k=5).retrieve("캐시 환불")``.

    A node's text is title and body of an entry, its id the entry's. With ``only_good`` nothing comes back where no entry
    covers the question. ``options`` are those of ``FaqIndex.search``. Raises InvalidOptionError.
    """

    def __init__(self, index: FaqIndex, *, k: int = 5, only_good: bool = False, **options: Any) -> None:
        if isinstance(k, bool) or not isinstance(k, int) or not 1 <= k <= 100:
            raise InvalidOptionError(f"k must be a number of entries from 1 to 100, not {k!r}")
        super().__init__()
        self._index = index
        self._count = k
        self._only_good = only_good
        self._options = options

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        results = answers(
            self._index, query_bundle.query_str, count=self._count, only_good=self._only_good, options=self._options
        )
        if results is None:
            return []
        return [
            NodeWithScore(
                node=TextNode(
                    id_=hit.document.id,
                    text=passage_text(hit.document),
                    metadata=passage_metadata(hit, results),
                    excluded_llm_metadata_keys=["id", "score", "rank", "snippet", "updated_at"],
                ),
                score=hit.score,
            )
            for hit in results
        ]
