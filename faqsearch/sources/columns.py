"""Which column of a file holds which field of a document."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from faqsearch.document import Document
from faqsearch.errors import DocumentError

LEVELS = ("category_1", "category_2", "category_3")
"""A category in several columns (대분류, 중분류, 소분류), from the root down."""

FIELDS = (*Document.__dataclass_fields__, "html", *LEVELS)
"""What a column can hold: a field of Document, the body as HTML, or one level of the category."""

_NAMES = {
    "id": "id 아이디 번호 글번호 문서번호 게시글번호 고유번호 faq번호 faqid documentid docid",
    "title": "title question subject 제목 질문 제목(질문)",
    "body": "body content answer 내용 답변 본문 답변내용 내용(답변)",
    "html": "html bodyhtml contenthtml html본문 본문html 본문(html) 내용(html) 답변(html)",
    "category": "category 분류 카테고리 유형",
    "category_1": "category1 대분류 1차분류 분류1 카테고리1",
    "category_2": "category2 중분류 2차분류 분류2 카테고리2",
    "category_3": "category3 소분류 3차분류 분류3 카테고리3",
    "tags": "tags tag keywords 태그 해시태그 키워드",
    "audience": "audience 대상 노출대상 공개대상",
    "visible_from": "visiblefrom 게시시작 게시시작일 노출시작 노출시작일 공개시작일",
    "visible_until": "visibleuntil 게시종료 게시종료일 노출종료 노출종료일 공개종료일",
    "updated_at": "updatedat updated modified modifiedat lastmodified 수정일 수정일시 수정일자 최종수정일 갱신일 업데이트일",
    "views": "views viewcount 조회수 조회",
    "url": "url link 링크 주소 url주소",
    "extra": "extra",
}
_KNOWN = {name: field for field, names in _NAMES.items() for name in names.split()}


@dataclass(frozen=True, slots=True)
class Columns:
    """The known header names, and the columns that the caller chose for some fields (``chosen``: field to column)."""

    chosen: Mapping[str, str]

    @classmethod
    def from_fields(cls, fields: Mapping[str, str] | None) -> Columns:
        """The columns for the caller's ``fields``; raises DocumentError for an unknown field or a column without a name."""
        for field, column in (fields or {}).items():
            if field not in FIELDS:
                raise DocumentError(f"fields names an unknown field {field!r}; known are {', '.join(FIELDS)}")
            if not isinstance(column, str) or not column.strip():
                raise DocumentError(f"fields must name a column, not {column!r}", field=field)
            if clash := next((other for other in fields or {} if other != field and _clash(other, field)), None):
                raise DocumentError(
                    f"fields names both {field!r} and {clash!r}, which fill the same field: choose one", field=field
                )
        return cls(dict(fields or {}))

    def assign(self, names: Iterable[str]) -> dict[str, str]:
        """The column of each field, out of the columns called ``names``; a chosen column comes before a known name.

        Raises DocumentError when two columns are known for one field: which one is meant is the caller's to say.
        """
        names = list(names)
        found = {field: name for field, column in self.chosen.items() if (name := _find(column, names)) is not None}
        settled = {_target(field) for field in self.chosen}
        for name in names:
            field = _KNOWN.get(_key(name))
            if field is None or _target(field) in settled or name in found.values():
                continue
            for other, column in found.items():
                if _clash(other, field):
                    target = _target(field)
                    raise DocumentError(
                        f"columns {column!r} and {name!r} can both be the {target}: choose one with "
                        f"fields={{{target!r}: {column!r}}} (--field {target}={column})",
                        field=target,
                    )
            found[field] = name
        return found

    def missing(self, names: Iterable[str]) -> dict[str, str]:
        """The chosen columns, by field, that are not among ``names``."""
        names = list(names)
        return {field: column for field, column in self.chosen.items() if _find(column, names) is None}


def remedy(field: str) -> str:
    """How to say which column holds ``field``; the end of an error message."""
    return f"name its column with fields={{{field!r}: 'COLUMN'}} (--field {field}=COLUMN)"


def _target(field: str) -> str:
    """The field of Document that ``field`` ends up in."""
    return "body" if field == "html" else "category" if field in LEVELS else field


def _clash(one: str, other: str) -> bool:
    """Whether two columns cannot both be there: only levels of a category share a target."""
    return one == other or (_target(one) == _target(other) and not {one, other} <= set(LEVELS))


def _find(column: str, names: list[str]) -> str | None:
    """The name that ``column`` means: the very same, else the same but for case, blanks and Unicode form."""
    return column if column in names else next((name for name in names if _key(name) == _key(column)), None)


@lru_cache(maxsize=1024)
def _key(name: str) -> str:
    """A header without what differs from file to file: "Updated_At", "수정 일 *" and decomposed Hangul (as macOS writes)."""
    return "".join(c for c in unicodedata.normalize("NFKC", name).casefold() if not c.isspace() and c not in "_-*:")
