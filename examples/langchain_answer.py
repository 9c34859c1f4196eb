"""What a LangChain chain asks a model about the help centre; put your model behind the prompt."""

from pathlib import Path

from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnablePassthrough

from faqsearch import FaqIndex, read_documents
from faqsearch.integrations.langchain import FaqRetriever

DATA = Path(__file__).parent.parent / "data"

index = FaqIndex.in_memory()
index.sync(one for one in read_documents(DATA / "faqs.jsonl") if one.category[0] == "웹소설·웹툰")

retriever = FaqRetriever(index=index, k=3, only_good=True)
prompt = ChatPromptTemplate.from_template(
    "아래 도움말만 보고 답하세요. 없으면 모른다고 하세요.\n\n{entries}\n\n질문: {question}"
)


def entries(documents):
    return "\n\n".join(f"[{one.metadata['id']}] {one.page_content}" for one in documents)


chain = {"entries": retriever | entries, "question": RunnablePassthrough()} | prompt  # | your model
print(chain.invoke("캐시 환불은 언제 되나요?").to_string())
