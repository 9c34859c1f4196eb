"""Every limit in one place: what is larger is refused with a clear error, a long query is cut."""

from __future__ import annotations

BODY_BYTES = 1 << 20  # UTF-8 bytes of a body
TITLE_BYTES = 4 << 10
ID_BYTES = 512
URL_BYTES = 8 << 10
CATEGORY_DEPTH = 8
LABEL_BYTES = 512  # one label of a category path, a tag or an audience
LABELS = 64  # tags, or audiences, of one document
EXTRA_BYTES = 64 << 10  # the JSON of Document.extra
QUERY_CODE_POINTS = 200  # beyond it a query is ignored and SearchResults.truncated is True
PER_PAGE = 100
SNIPPET_CODE_POINTS = 2_000
PLAN_TERMS = 200  # terms that one query plan may hold
COMPLETION_LIMIT = 50
RELATED_LIMIT = 50
EVENT_LOG_FILES = 999  # rotated files that an EventLog keeps
