"""A help centre service in forty lines: ``uvicorn --factory examples.service:make_app``.

It keeps its index in step with a file, serves pages at /help, its own JSON at /answer, and logs what people search for.
"""

import os
from pathlib import Path

from fastapi import FastAPI, Request

from faqsearch import EventLog, FaqIndex, Lexicon, read_documents
from faqsearch.web import create_app

FOLDER = Path(os.environ.get("HELP_FOLDER", "."))
DATA = Path(__file__).parent.parent / "data"


def visit(request: Request) -> str | None:
    """A random value that the front end makes for a visit and forgets with it."""
    return request.cookies.get("visit")


def make_app() -> FastAPI:
    index = FaqIndex.create(FOLDER / "help.index", lexicon=Lexicon.from_folder(DATA / "lexicon"), exist_ok=True)
    index.sync(read_documents(DATA / "faqs.jsonl"))  # analyses only what changed since the last start
    log = EventLog(FOLDER / "events.jsonl")

    service = FastAPI(title="온새 고객센터")

    @service.get("/answer")
    def answer(question: str) -> dict[str, object]:
        page = index.search(question, per_page=3)
        if not question.strip() or page.confidence != "good":
            return {"answer": None, "suggestions": page.suggestions}
        best = page.hits[0]
        return {"answer": best.document.body, "title": best.title.text, "others": [hit.title.text for hit in page.hits[1:]]}

    service.mount("/help", create_app(index, title="온새 고객센터", events=log, session=visit))
    return service
