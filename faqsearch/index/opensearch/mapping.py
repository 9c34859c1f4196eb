"""The settings and mapping of an index: which fields there are, and how OpenSearch makes the two BM25 fields a channel.

``m_title`` and ``g_title`` are copied three times into ``m_all`` and ``g_all``, bodies once, so the cluster builds the form
that ranking needs and no text is sent twice. Morpheme terms go as one blank-joined string; bigrams are made by the cluster
from the squeezed text, whose positions also answer phrases.
"""

from __future__ import annotations

from typing import Any

from faqsearch.index.segments.invert import TITLE_COPIES
from faqsearch.options import Ranking

FORMAT_VERSION = 1
"""Raised by one when the fields change in a way that an older version of faqsearch cannot read."""

LEGACY, PLAIN = "LegacyBM25", "BM25"
"""Lucene's BM25 with the factor k1 + 1 is called LegacyBM25 by OpenSearch 3, and BM25 by OpenSearch 2."""

_TOKEN_LENGTH = 1 << 14


def index_body(meta: dict[str, Any], ranking: Ranking, *, shards: int, replicas: int | None, similarity: str) -> dict[str, Any]:
    """What makes an index: nothing is visible before a refresh, and only a commit refreshes.

    ``replicas`` None: one where a second node can hold it.
    """
    return {
        "settings": {
            "index": {
                "number_of_shards": shards,
                **({"auto_expand_replicas": "0-1"} if replicas is None else {"number_of_replicas": replicas}),
                "refresh_interval": "-1",
                "codec": "best_compression",
                "analysis": {
                    "tokenizer": {
                        "terms": {"type": "whitespace", "max_token_length": _TOKEN_LENGTH},
                        "bigrams": {"type": "ngram", "min_gram": 2, "max_gram": 2},
                    },
                    "analyzer": {
                        "terms": {"type": "custom", "tokenizer": "terms"},
                        "bigrams": {"type": "custom", "tokenizer": "bigrams"},
                    },
                },
                "similarity": {"faqsearch": {"type": similarity, "k1": ranking.k1, "b": ranking.b}},
            }
        },
        "mappings": {"dynamic": "strict", "_meta": meta, "properties": _fields()},
    }


def _fields() -> dict[str, Any]:
    keyword = {"type": "keyword"}
    kept = {"type": "keyword", "index": False, "doc_values": False}
    return {
        "id": keyword,
        "hash": {"type": "keyword", "index": False},
        # What is scored
        "m_title": _scored("terms", copies=("m_all", TITLE_COPIES)),
        "m_body": {**kept, "copy_to": ["m_all"]},
        "m_all": _scored("terms"),
        "m_category": _scored("terms"),
        "g_title": _scored("bigrams", copies=("g_all", TITLE_COPIES)),
        "g_body": {**kept, "copy_to": ["g_all"]},
        "g_all": {**_scored("bigrams"), "index_options": "positions"},
        # What is matched and counted: every morpheme term once, and every bigram
        "words": keyword,
        "grams": keyword,
        # What is filtered, counted and sorted by
        "path": keyword,
        "prefixes": keyword,
        "labels": keyword,
        "tags": keyword,
        "audience": keyword,
        "from": {"type": "long"},
        "until": {"type": "long"},
        "updated": {"type": "long"},
        "views": {"type": "long"},
        "title_key": keyword,
        # What is given back
        "row": kept,
        "body": kept,
        "tokens": {"type": "object", "enabled": False},
    }


def _scored(analyzer: str, copies: tuple[str, int] | None = None) -> dict[str, Any]:
    field = {"type": "text", "analyzer": analyzer, "similarity": "faqsearch", "index_options": "freqs"}
    return field if copies is None else {**field, "copy_to": [copies[0]] * copies[1]}
