"""An MCP server over an index, so that assistants answer from the help centre (``pip install 'faqsearch[mcp]'``).

``faqsearch mcp help.index`` runs it over stdin and stdout. Tools only read. What a reader without groups may not see,
an assistant does not see either, unless ``audience`` says otherwise.
"""

from __future__ import annotations

from typing import Annotated, Any

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field

from faqsearch import __version__, limits
from faqsearch.document import Document
from faqsearch.faq_index import FaqIndex
from faqsearch.query.complete import visible
from faqsearch.query.options import CategoryChoice, Labels, labels_of, micros, within_paths
from faqsearch.results import Hit

_MOST = 20

Query = Annotated[str, Field(description="The question or key words as a person types them, in Korean or English.")]
Category = Annotated[
    str | None, Field(description="Only this category: one of its labels, as '환불/취소'. Facets of a search name them.")
]
Limit = Annotated[int, Field(ge=1, le=_MOST, description="How many at most.")]
Id = Annotated[str, Field(min_length=1, max_length=limits.ID_BYTES, description="An entry's id, as search gives it.")]


def make_server(
    index: FaqIndex, *, name: str = "faqsearch", within: CategoryChoice = None, audience: Labels = ()
) -> MCPServer[Any]:
    """A server with the tools search, get and related over ``index``; ``run("stdio")`` serves it.

    ``within`` is the part of the index that is shown, ``audience`` the groups that the assistant speaks to.
    """
    paths, groups = within_paths(within), labels_of("audience", audience)
    server: MCPServer[Any] = MCPServer(
        name,
        version=__version__,
        instructions=(
            "The help centre's entries. Search first, then get the entries that fit and answer from their text, naming their "
            "title. confidence 'weak' or 'none' means that no entry covers the question: say so."
        ),
    )

    def seen(id: str) -> Document:
        document = index.get(id)
        if document is None or not visible(document, micros(None), groups, paths):
            raise ToolError(f"there is no entry {id!r}; search gives ids")
        return document

    @server.tool()
    def search(query: Query, category: Category = None, limit: Limit = 5) -> dict[str, Any]:
        """Search the help centre. Gives the exact total, how well the best entry covers the question, and the best entries with
        the sentences that fit."""
        results = index.search(query, category=category, within=within, audience=groups, per_page=limit)
        return {
            "total": results.total,
            "confidence": results.confidence,
            "searched_as": results.correction.query if results.correction else None,
            "suggestions": list(results.suggestions),
            "hits": [_summary(hit) for hit in results],
            "categories": [{"label": facet.label, "count": facet.count} for facet in results.facets],
        }

    @server.tool()
    def get(id: Id) -> dict[str, Any]:
        """The whole text of one entry."""
        document = seen(id)
        return {**_about(document), "body": document.body, "tags": sorted(document.tags)}

    @server.tool()
    def related(id: Id, limit: Limit = 5) -> dict[str, Any]:
        """Entries like one entry, the most alike first."""
        seen(id)
        return {"hits": [_summary(hit) for hit in index.related(id, limit=limit, within=within, audience=groups)]}

    return server


def _about(document: Document) -> dict[str, Any]:
    return {
        "id": document.id,
        "title": document.title,
        "category": " > ".join(document.category),
        "url": document.url,
        "updated_at": None if document.updated_at is None else document.updated_at.isoformat(),
    }


def _summary(hit: Hit) -> dict[str, Any]:
    return {**_about(hit.document), "snippet": hit.snippet.text, "rank": hit.rank}
