"""LangChain and LlamaIndex get the hits of a search as what they call documents and nodes."""

from __future__ import annotations

import asyncio

import pytest
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnablePassthrough
from llama_index.core.schema import MetadataMode
from pydantic import ValidationError

from faqsearch import FaqIndex, InvalidOptionError
from faqsearch.integrations.langchain import FaqRetriever as LangChainRetriever
from faqsearch.integrations.llama_index import FaqRetriever as LlamaIndexRetriever

NONSENSE = "우주 정거장 도킹 절차"


def ids(index: FaqIndex, query: str, count: int) -> list[str]:
    return [hit.document.id for hit in index.search(query, per_page=count)]


def test_langchain_documents_are_the_hits(index: FaqIndex) -> None:
    found = LangChainRetriever(index=index, k=3).invoke("캐시 환불")
    assert [one.id for one in found] == ids(index, "캐시 환불", 3)
    first = index.get(found[0].id or "")
    assert first is not None
    assert found[0].page_content == f"{first.title}\n\n{first.body}"
    assert found[0].metadata["rank"] == 1 and found[0].metadata["category"] == list(first.category)
    assert not {"audience", "extra", "visible_until"} & set(found[0].metadata)


def test_langchain_retrieves_asynchronously_and_in_batches(index: FaqIndex) -> None:
    retriever = LangChainRetriever(index=index, k=2)
    one = asyncio.run(retriever.ainvoke("캐시 환불"))
    assert [[d.id for d in some] for some in retriever.batch(["캐시 환불", "성인 인증"])] == [
        [d.id for d in one],
        ids(index, "성인 인증", 2),
    ]


def test_langchain_chains_take_the_retriever(index: FaqIndex) -> None:
    prompt = ChatPromptTemplate.from_template("{context}\n\n{question}")
    chain = {"context": LangChainRetriever(index=index, k=1), "question": RunnablePassthrough()} | prompt
    assert "환불" in chain.invoke("캐시 환불").to_string()


def test_options_are_those_of_search(index: FaqIndex) -> None:
    found = LangChainRetriever(index=index, options={"within": ("온새비즈",)}).invoke("환불")
    assert {one.metadata["category"][0] for one in found} <= {"온새비즈"}
    nodes = LlamaIndexRetriever(index, within=("온새비즈",)).retrieve("환불")
    assert {one.metadata["category"][0] for one in nodes} <= {"온새비즈"}


def test_only_good_gives_nothing_where_no_entry_covers_the_question(index: FaqIndex) -> None:
    assert index.search(NONSENSE).confidence != "good"
    assert LangChainRetriever(index=index, only_good=True).invoke(NONSENSE) == []
    assert LlamaIndexRetriever(index, only_good=True).retrieve(NONSENSE) == []
    assert LangChainRetriever(index=index, only_good=True).invoke("캐시 환불")


def test_llama_index_nodes_are_the_hits(index: FaqIndex) -> None:
    found = LlamaIndexRetriever(index, k=3).retrieve("캐시 환불")
    assert [one.node_id for one in found] == ids(index, "캐시 환불", 3)
    assert [one.score for one in found] == sorted((one.score or 0 for one in found), reverse=True)
    shown = found[0].node.get_content(MetadataMode.LLM)
    assert "title: " in shown and "score" not in shown


def test_a_wrong_number_is_refused(index: FaqIndex) -> None:
    with pytest.raises(ValidationError):
        LangChainRetriever(index=index, k=0)
    with pytest.raises(InvalidOptionError):
        LlamaIndexRetriever(index, k=0)
