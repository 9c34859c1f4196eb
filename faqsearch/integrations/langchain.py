"""A LangChain retriever over an index (``pip install 'faqsearch[langchain]'``)."""

from __future__ import annotations

from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document as Passage
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, Field

from faqsearch.faq_index import FaqIndex
from faqsearch.integrations.passage import answers, passage_metadata, passage_text


class FaqRetriever(BaseRetriever):
    """Help entries as LangChain documents, the best first: ``FaqRetriever(index=index, k=5).invoke("캐시 환불")``.

    A document's text is title and body of an entry; its metadata say id, title, category, url, snippet, score, rank and
    confidence. With ``only_good`` nothing comes back where no entry covers the question, so that a model says so instead of
    guessing. ``options`` are those of ``FaqIndex.search``, as ``{"audience": ["판매자"], "within": ("온새페이",)}``.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    index: FaqIndex
    k: int = Field(default=5, ge=1, le=100)
    only_good: bool = False
    options: dict[str, Any] = Field(default_factory=dict)

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Passage]:
        results = answers(self.index, query, count=self.k, only_good=self.only_good, options=self.options)
        return [
            Passage(id=hit.document.id, page_content=passage_text(hit.document), metadata=passage_metadata(hit, results))
            for hit in results or ()
            if results is not None
        ]
