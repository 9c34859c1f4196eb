"""Sentence ends: cut when a document is indexed, the same as when a snippet is made."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from faqsearch import Document, FaqIndex
from faqsearch.analysis.sentences import sentence_ends
from faqsearch.index.segments.layout import SegmentFile, dump
from faqsearch.index.segments.merge import Part, merge
from faqsearch.index.segments.segment import Segment

GOLDEN = Path(__file__).parent / "golden" / "format-1"


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("환불됩니다. 단, 7일 이내입니다.", ["환불됩니다. ", "단, 7일 이내입니다."]),
        ("첫 줄\n둘째 줄", ["첫 줄\n", "둘째 줄"]),
        ("1. 설정\n2. 결제 3.5% 할인", ["1. 설정\n", "2. 결제 3.5% 할인"]),
        ("있습니다.단, 예외도 있어요", ["있습니다.", "단, 예외도 있어요"]),
        ("정말요?! 네…", ["정말요?! ", "네…"]),
        ("", [""]),
    ],
)
def test_a_text_is_cut_into_sentences(text: str, sentences: list[str]) -> None:
    ends = sentence_ends(text)
    assert [text[start:end] for start, end in zip([0, *ends[:-1]], ends, strict=True)] == sentences


def stored_ends(index: FaqIndex) -> dict[str, tuple[str, list[int] | None]]:
    """id → (body, the ends that the index has for it)."""
    reader = index._backend.reader()
    found = {id: reader.stored(id) for id in (document.id for document in index)}
    return {id: (one.document.body, one.sentence_ends) for id, one in found.items() if one is not None}


def test_an_index_keeps_the_ends_of_every_body_through_merges_and_deletions() -> None:
    index = FaqIndex.in_memory()
    for number in range(30):
        body = "\n".join(f"{line}번째 줄입니다. 끝" for line in range(number % 4))
        index.upsert(Document(id=f"{number}", title="제목", body=body))
    index.delete(["3", "11"])
    found = stored_ends(index)
    assert len(found) == 28
    assert all(ends == sentence_ends(body) for body, ends in found.values())
    assert index.check().ok


def test_files_of_an_older_version_gain_them_when_they_are_merged() -> None:
    files = [SegmentFile(memoryview(path.read_bytes()), path.name) for path in sorted(GOLDEN.glob("*.seg"))]
    assert all(Segment(file).sentence_ends(0) is None for file in files)
    merged = merge([Part(file.documents, file.meta, file, np.arange(file.documents)) for file in files])
    segment = Segment(SegmentFile(memoryview(b"".join(bytes(piece) for piece in dump(merged))), "merged"))
    assert segment.documents == sum(file.documents for file in files)
    for number in range(segment.documents):
        assert segment.sentence_ends(number) == sentence_ends(segment.document(number).body)
