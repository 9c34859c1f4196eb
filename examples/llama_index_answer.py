"""The nodes that LlamaIndex would give a model about the help centre."""

from pathlib import Path

from faqsearch import FaqIndex, read_documents
from faqsearch.integrations.llama_index import FaqRetriever

DATA = Path(__file__).parent.parent / "data"

index = FaqIndex.in_memory()
index.sync(one for one in read_documents(DATA / "faqs.jsonl") if one.category[0] == "웹소설·웹툰")

retriever = FaqRetriever(index, k=3, only_good=True)  # RetrieverQueryEngine.from_args(retriever, llm=…) takes it
for found in retriever.retrieve("캐시 환불은 언제 되나요?"):
    print(f"{found.score:.2f}", found.metadata["title"], found.metadata["url"])
