"""Documents of a help desk's export: Zendesk Guide and Salesforce Knowledge, as their REST APIs give them.

HTML bodies become text with their block and list boundaries. Drafts and archived articles are left out.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from faqsearch.document import Document
from faqsearch.errors import DocumentError
from faqsearch.sources.values import as_time, is_blank

_SALESFORCE_BODIES = ("Answer__c", "ArticleBody__c", "Body__c", "Content__c", "Details__c", "Solution__c")
_PUBLISHED = ("Online", None)


def read_zendesk(path: str | os.PathLike[str]) -> Iterator[Document]:
    """The published articles of a Zendesk Guide export: ``{"articles": […], "sections": […], "categories": […]}``, as
    ``GET /api/v2/help_center/articles?include=sections,categories`` answers, or the list of articles alone.

    The category path is that of category and section where the export has them, ``label_names`` are tags, ``vote_sum`` goes
    into ``extra``. Raises DocumentError with file, row and field.
    """
    return _documents(path, ("articles",), _zendesk)


def read_salesforce(path: str | os.PathLike[str], *, body: str | None = None) -> Iterator[Document]:
    """The published articles of a Salesforce Knowledge export: ``{"records": […]}`` of a query on Knowledge__kav, or the list.

    ``body`` is the rich-text field with the answer; None: the first of Answer__c, ArticleBody__c, Body__c, Content__c,
    Details__c, Solution__c that an article has, else Summary. Data categories give the path where the query selects them.
    Raises DocumentError with file, row and field.
    """
    return _documents(path, ("records",), lambda record, whole: _salesforce(record, body))


def _documents(path: str | os.PathLike[str], names: Sequence[str], make: Any) -> Iterator[Document]:
    name = os.fspath(path)
    try:
        whole = json.loads(Path(path).read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise DocumentError(error.strerror or str(error), file=name) from None
    except (ValueError, RecursionError) as error:
        raise DocumentError(f"is no JSON: {error}", file=name) from None
    records = whole if isinstance(whole, list) else next((whole[one] for one in names if one in whole), None)
    if not isinstance(records, list):
        raise DocumentError(f"has no list {names[0]!r}: give the export as the API answers it", file=name)
    return _read(name, records, whole if isinstance(whole, dict) else {}, make)


def _read(name: str, records: Sequence[Any], whole: Mapping[str, Any], make: Any) -> Iterator[Document]:
    for row, record in enumerate(records, 1):
        try:
            if not isinstance(record, dict):
                raise DocumentError("is no object")
            document = make(record, whole)
        except DocumentError as error:
            raise DocumentError(error.message, file=name, row=row, field=error.field) from None
        if document is not None:
            yield document


def _zendesk(article: Mapping[str, Any], whole: Mapping[str, Any]) -> Document | None:
    if article.get("draft") or article.get("outdated"):
        return None
    sections = {one.get("id"): one for one in whole.get("sections", ())}
    categories = {one.get("id"): one for one in whole.get("categories", ())}
    section = sections.get(article.get("section_id"), {})
    category = categories.get(section.get("category_id"), {})
    path = tuple(one["name"] for one in (category, section) if not is_blank(one.get("name")))
    return _document(
        id=article.get("id"),
        title=article.get("title") or article.get("name"),
        html=article.get("body"),
        category=path,
        tags=frozenset(article.get("label_names") or ()),
        updated_at=article.get("edited_at") or article.get("updated_at"),
        url=article.get("html_url"),
        extra={name: article[name] for name in ("locale", "vote_sum") if not is_blank(article.get(name))},
    )


def _salesforce(record: Mapping[str, Any], body: str | None) -> Document | None:
    if record.get("PublishStatus") not in _PUBLISHED or record.get("IsLatestVersion") is False:
        return None
    if body is not None and body not in record:
        raise DocumentError(f"has no field {body!r}; it has {', '.join(map(repr, record))}", field="body")
    wanted = (body,) if body is not None else (*_SALESFORCE_BODIES, "Summary")
    html = next((record[name] for name in wanted if not is_blank(record.get(name))), "")
    selections = record.get("DataCategorySelections") or {}
    chosen = selections.get("records") if isinstance(selections, dict) else None
    path = tuple(one["DataCategoryName"] for one in (chosen or ())[:1] if not is_blank(one.get("DataCategoryName")))
    views = record.get("ArticleTotalViewCount")
    return _document(
        id=record.get("KnowledgeArticleId") or record.get("Id"),
        title=record.get("Title"),
        html=html,
        category=path,
        updated_at=record.get("LastPublishedDate") or record.get("LastModifiedDate"),
        views=int(views) if isinstance(views, (int, float)) and not isinstance(views, bool) else 0,
        extra={name: record[name] for name in ("ArticleNumber", "UrlName", "Language") if not is_blank(record.get(name))},
    )


def _document(*, id: object, title: object, html: object, updated_at: object, **fields: Any) -> Document:
    for name, value in (("id", id), ("title", title)):
        if is_blank(value) or not isinstance(value, (str, int)):
            raise DocumentError("is missing", field=name)
    text = html if isinstance(html, str) else ""
    time = None if is_blank(updated_at) else as_time(_colon(updated_at), "updated_at")
    return Document.from_html(id=str(id), title=str(title), html=text, updated_at=time, **fields)


def _colon(time: object) -> object:
    """Salesforce writes +0000 without a colon, which older Pythons do not read."""
    return time[:-2] + ":" + time[-2:] if isinstance(time, str) and time[-5:-4] in ("+", "-") and time[-4:].isdigit() else time
