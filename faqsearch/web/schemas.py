"""The JSON of the API, for its OpenAPI document and for what clients send."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from faqsearch.limits import ID_BYTES

Spans = list[tuple[int, int]]


class HighlightBody(BaseModel):
    text: str = Field(examples=["캐시를 환불받고 싶어요."])
    spans: Spans = Field(description="(start, end) of what matches, in code points of text.", examples=[[[0, 2], [4, 6]]])
    html: str = Field(description="Escaped, matches in <mark>.", examples=["<mark>캐시</mark>를 <mark>환불</mark>받고 싶어요."])


class SummaryBody(BaseModel):
    """An entry without its body; audience, periods and extra never leave the service."""

    id: str = Field(examples=["story-005"])
    title: str = Field(examples=["캐시를 환불받고 싶어요."])
    category: list[str] = Field(examples=[["웹소설·웹툰", "환불/취소", "공통"]])
    tags: list[str] = Field(examples=[["환불"]])
    updated_at: datetime | None
    views: int = Field(examples=[1200])
    url: str | None
    href: str = Field(description="Of the entry's page here.", examples=["/articles/story-005"])


class HitBody(BaseModel):
    document: SummaryBody
    score: float = Field(description="Comparable within one search only.")
    rank: int = Field(description="From 1, over all pages.")
    title: HighlightBody
    snippet: HighlightBody
    matched_terms: list[str]
    pinned: bool


class FacetBody(BaseModel):
    label: str = Field(examples=["환불/취소"])
    path: list[str] = Field(examples=[["웹소설·웹툰", "환불/취소"]])
    category: str = Field(description="The path as the parameter category takes it.", examples=["웹소설·웹툰>환불/취소"])
    count: int
    selected: bool
    children: list[FacetBody]


class CorrectionBody(BaseModel):
    query: str = Field(description="What was searched.", examples=["환불"])
    reason: str = Field(examples=["오타"])
    replacements: list[tuple[str, str]] = Field(examples=[[["환블", "환불"]]])


class SearchBody(BaseModel):
    query: str = Field(description="What was typed.")
    hits: list[HitBody]
    total: int = Field(description="Exact.", examples=[67])
    page: int
    per_page: int
    total_pages: int
    sort: str
    facets: list[FacetBody]
    correction: CorrectionBody | None
    suggestions: list[str] = Field(description="Other readings to offer: 이것을 찾으셨나요?")
    confidence: Literal["good", "weak", "none"]
    truncated: bool = Field(description="The query was too long and its end was ignored.")
    notices: list[str] = Field(description="What every search shows for now, from the lexicon.")
    generation: int = Field(description="Of the index; rises with every change.")
    took_ms: float
    search_id: str | None = Field(description="For POST /api/events; null where events are off.")


class CompletionBody(BaseModel):
    text: str = Field(examples=["환불은 언제 되나요?"])
    spans: Spans
    kind: str = Field(examples=["title"])


class CompletionsBody(BaseModel):
    completions: list[CompletionBody]


class EntryBody(BaseModel):
    text: str
    sign: str = Field(description="The number or sign that stands before it.")
    level: int


class BlockBody(BaseModel):
    kind: Literal["heading", "paragraph", "bullets", "numbers", "signs", "note", "table"]
    lines: list[str]
    entries: list[EntryBody]
    rows: list[list[str]]


class ArticleBody(SummaryBody):
    body: str
    blocks: list[BlockBody] = Field(description="The same text in pieces: lines, list entries or table rows.")


class RelatedBody(BaseModel):
    hits: list[HitBody]


class HealthBody(BaseModel):
    status: Literal["ok"]


class ReadyBody(BaseModel):
    status: Literal["ready"]
    generation: int
    documents: int


class ProblemBody(BaseModel):
    """RFC 9457."""

    type: str = Field(examples=["about:blank"])
    title: str = Field(examples=["Unprocessable Entity"])
    status: int = Field(examples=[422])
    detail: str = Field(examples=["page: Input should be greater than or equal to 1"])


def _whole(value: Any) -> Any:
    """1.0 is an integer in JSON Schema."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


class EventBody(BaseModel):
    """What a person did with an entry."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"search_id": "", "document_id": "story-005", "kind": "helpful", "rank": 0}]},
    )

    search_id: Annotated[
        str, Field(max_length=64, description="Of the search it came from; empty where it came from none.")
    ] = ""
    document_id: Annotated[str, Field(min_length=1, max_length=ID_BYTES)]
    kind: Literal["click", "helpful", "unhelpful"]
    rank: Annotated[
        int,
        Field(strict=True, ge=0, le=1_000_000, description="The hit's; 0 where it came from no search."),
        BeforeValidator(_whole),
    ] = 0
