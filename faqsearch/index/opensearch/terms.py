"""Terms as the cluster's index holds them: one string without blanks each, and short enough for Lucene."""

from __future__ import annotations

import hashlib
import re

LONE = "\ue000"
"""Stands behind a bigram of one character, and before an escaped term; no squeezed text holds it."""

_BLANK = re.compile(r"\s")
_LONGEST = 4096
_HASHED = "\ue001"

HELD, LABELLED = "t", "c"
"""What a value of field ``words`` begins with: title or body hold the term, or only the category's labels do."""


def index_term(term: str) -> str:
    """A morpheme term as it is indexed: escaped where it holds blanks, by its hash where it is very long."""
    indexed = term
    if not term or term[0] in (LONE, _HASHED) or _BLANK.search(term):
        indexed = LONE + ".".join(f"{ord(character):x}" for character in term)
    if len(indexed) > _LONGEST:
        return _HASHED + hashlib.blake2b(term.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    return indexed


def plain_term(term: str) -> str:
    """The term that ``index_term`` gave this for; a hash stays one."""
    if not term.startswith(LONE):
        return term
    return "".join(chr(int(point, 16)) for point in term[1:].split(".") if point)


def index_gram(gram: str) -> str:
    """A bigram as it is indexed."""
    return gram + LONE if len(gram) == 1 else gram


def plain_gram(gram: str) -> str:
    """The bigram that ``index_gram`` gave this for."""
    return gram[:-1] if gram.endswith(LONE) else gram


def squeezed_text(squeezed: str) -> str:
    """The text that bigrams are made of; a lone character gets a partner, for a tokenizer makes no pair of it."""
    return index_gram(squeezed)


def words_value(term: str) -> tuple[str, str]:
    """The two values of field ``words`` that stand for a term: held, or only in the labels."""
    indexed = index_term(term)
    return HELD + indexed, LABELLED + indexed


def sendable(text: str) -> bool:
    """Whether a text can be in any document: lone surrogates are not Unicode text and cannot be sent."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
