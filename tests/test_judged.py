"""Judged queries: the files they are read from, two rankings compared, and grading in the terminal."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from faqsearch import Document, DocumentError, FaqIndex, InvalidOptionError, evaluate
from faqsearch.comparison import compare
from faqsearch.evaluation import Evaluation, evaluate_as
from faqsearch.sources.judged import read_qrels, read_queries

QUERIES = {"q1": "캐시 환불", "q2": "정산일"}


def written(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('{"id": "q1", "text": "캐시 환불"}\n\n{"_id": "q2", "text": " 정산일 "}\n', QUERIES),
        ('{"text": "정산일"}\n', {"정산일": "정산일"}),
        ("id,text\nq1,캐시 환불\nq2,정산일\n", QUERIES),
        ("text;id;메모\n캐시 환불;q1;x\n정산일;q2;\n", QUERIES),
        ("번호\t질문\nq1\t캐시 환불\nq2\t정산일\n", QUERIES),
        ('q1,"캐시 환불"\nq2,정산일\n', QUERIES),
        ("캐시 환불\n정산일\n", {"캐시 환불": "캐시 환불", "정산일": "정산일"}),
        ("질문\n캐시 환불\n", {"캐시 환불": "캐시 환불"}),
        ('id,text\nq1,"환불, 되나요?\n줄도 바뀝니다"\n', {"q1": "환불, 되나요?\n줄도 바뀝니다"}),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
def test_queries_are_read_from_json_lines_and_tables(tmp_path: Path, text: str, wanted: dict[str, str], encoding: str) -> None:
    assert read_queries(written(tmp_path / "queries", text, encoding)) == wanted


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no queries"),
        ('{"id": "q1"}\n', "row 1"),
        ('{"id": "q1", "text": "가"}\n[]\n', "row 2"),
        ("id,text\nq1,가\nq1,나\n", "row 3: query id 'q1' is there twice"),
        ("id,text\nq1,\n", "row 2: a query is empty"),
        ("id,text\nq1\n", "row 2: has fewer cells"),
        ("id,메모\nq1,가\n", "has no column of queries"),
    ],
)
def test_what_is_no_query_is_named_with_its_row(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(DocumentError, match=message):
        read_queries(written(tmp_path / "queries", text))


@pytest.mark.parametrize(
    "text",
    [
        "query-id\tcorpus-id\tscore\nq1\ta\t2\nq1\tb\t0\nq2\tc\t1\n",
        "q1\ta\t2\nq1\tb\t0\nq2\tc\t1\n",
        "q1,a,2\nq1,b,0\nq2,c,1\n",
        "질의,글,몇 점\nq1,a,2\nq1,b,0\nq2,c,1\n",
        "점수,문서,번호\n2,a,q1\n0,b,q1\n1,c,q2\n",
        "q1 0 a 2\nq1 0 b 0\nq2 Q0 c 1\n",
        "q1\ta\t0\nq1\ta\t2\nq1\tb\t0\nq2\tc\t1\n",
    ],
)
def test_judgements_are_read_from_tables(tmp_path: Path, text: str) -> None:
    assert read_qrels(written(tmp_path / "qrels", text)) == {"q1": {"a": 2, "b": 0}, "q2": {"c": 1}}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("q1\ta\t2\nq1\tb\tgood\n", "row 2"),
        ("q1\ta\t2\nq1\tb\t-1\n", "row 2"),
        ("q1\ta\t1\nq1\tb\n", "row 2"),
        ("q1\ta\t1000\n", "row 1"),
    ],
)
def test_what_is_no_judgement_is_named_with_its_row(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(DocumentError, match=message):
        read_qrels(written(tmp_path / "qrels", text))


# Comparing


def evaluation(**values: float) -> Evaluation:
    by_query = {id: {"nDCG@10": value} for id, value in values.items()}
    return Evaluation({"nDCG@10": sum(values.values()) / len(values)}, by_query)


def test_a_comparison_names_the_queries_most_changed_first() -> None:
    found = compare(evaluation(a=0.5, b=0.5, c=0.5, d=1.0), evaluation(a=0.6, b=1.0, c=0.5, d=0.2))
    assert [one.id for one in found.helped] == ["b", "a"]
    assert [one.id for one in found.hurt] == ["d"]
    assert (found.improved, found.worsened, found.queries) == (2, 1, 4)
    assert found.differences["nDCG@10"].gain == pytest.approx(-0.05)
    assert found.differences["nDCG@10"].low < -0.05 < found.differences["nDCG@10"].high
    assert "no clear difference" in str(found)


def test_a_difference_that_every_query_shows_is_clear() -> None:
    before = evaluation(**{f"q{n}": 0.2 for n in range(20)})
    after = evaluation(**{f"q{n}": 0.5 for n in range(20)})
    assert "better" in str(compare(before, after))
    assert "worse" in str(compare(after, before))


def test_evaluations_of_other_queries_do_not_compare() -> None:
    with pytest.raises(InvalidOptionError, match="the same queries"):
        compare(evaluation(a=1.0), evaluation(b=1.0))


def test_evaluate_asks_as_the_audience_given() -> None:
    with FaqIndex.in_memory() as index:
        index.sync([Document(id="1", title="정산일", audience=frozenset({"seller"}))])
        qrels = {"q": {"1": 1}}
        assert evaluate(index, {"q": "정산일"}, qrels).means["RR@10"] == 0
        found = evaluate_as(("seller",), index, {"q": "정산일"}, qrels, measures=("RR@10",))
        assert found.means["RR@10"] == 1


# The commands


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    location = tmp_path_factory.mktemp("judged") / "help.index"
    with FaqIndex.create(location) as made:
        made.sync(
            [
                Document(id="a", title="캐시 환불", body="캐시를 환불받는 방법입니다.", category=("캐시",)),
                Document(id="b", title="반환금 받기", body="반환금은 사흘 뒤에 들어옵니다.", category=("결제",)),
                Document(id="c", title="캐시 충전", body="캐시를 충전합니다.", category=("캐시",)),
            ]
        )
    return location


def run(*arguments: object, input: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "faqsearch", *map(str, arguments)]
    return subprocess.run(command, input=input, capture_output=True, text=True, encoding="utf-8", check=False)


def test_eval_compares_with_a_lexicon_and_says_why(index: Path, tmp_path: Path) -> None:
    queries = written(tmp_path / "queries.csv", "id,text\nq1,환불금\nq2,캐시 충전\n")
    qrels = written(tmp_path / "qrels.csv", "q1,b,2\nq2,c,2\n")
    lexicon = tmp_path / "lexicon"
    lexicon.mkdir()
    written(lexicon / "synonyms.tsv", "환불금\t=\t반환금\n")
    done = run("eval", index, queries, qrels, "--lexicon", lexicon)
    assert done.returncode == 0, done.stderr
    assert "2 queries: 1 better, 0 worse" in done.stdout
    assert re.search(r"0\.\d+ → 1\.000  환불금  \(q1\)", done.stdout)
    assert "'반환금 받기': 1번째 결과" in done.stdout
    values = json.loads(run("eval", index, queries, qrels, "--lexicon", lexicon, "--json").stdout)
    assert values["helped"][0]["document"] == "b"
    assert values["helped"][0]["explained_after"]["value"] > 0


def test_eval_takes_one_second_ranking(index: Path, tmp_path: Path) -> None:
    queries, qrels = written(tmp_path / "q.csv", "캐시\n"), written(tmp_path / "r.csv", "캐시,a,1\n")
    same = run("eval", index, queries, qrels, "--against", index)
    assert "1 queries: 0 better, 0 worse" in same.stdout
    assert run("eval", index, queries, qrels, "--against", index, "--lexicon", tmp_path).returncode == 2


def test_judge_writes_each_grade_and_goes_on_where_it_ended(index: Path, tmp_path: Path) -> None:
    queries, qrels = written(tmp_path / "q.csv", "id,text\nq1,캐시\nq2,반환금\n"), tmp_path / "qrels.tsv"
    first = run("judge", index, queries, qrels, input="2\nx\nq\n")
    assert "3 of 3 entries for 2 queries are to be graded" in first.stdout
    assert "1 grades written" in first.stdout
    assert len(qrels.read_text(encoding="utf-8").splitlines()) == 2
    second = run("judge", index, queries, qrels, input="0\n1\n")
    assert "2 of 3 entries" in second.stdout
    grades = read_qrels(qrels)
    assert grades.keys() == {"q1", "q2"}
    assert sorted(grades["q1"].values()) == [0, 2]
    assert grades["q2"] == {"b": 1}
    assert "0 of 3 entries" in run("judge", index, queries, qrels).stdout


def test_judge_goes_back_and_skips_a_query(index: Path, tmp_path: Path) -> None:
    queries, qrels = written(tmp_path / "q.csv", "id,text\nq1,캐시\nq2,반환금\n"), tmp_path / "qrels.tsv"
    done = run("judge", index, queries, qrels, input="2\nb\n0\ns\n1\n")
    assert "2 grades written" in done.stdout
    grades = read_qrels(qrels)
    assert list(grades["q1"].values()) == [0]
    assert grades["q2"] == {"b": 1}


def test_judge_adds_to_no_file_of_commas(index: Path, tmp_path: Path) -> None:
    queries, qrels = written(tmp_path / "q.csv", "캐시\n"), written(tmp_path / "r.csv", "캐시,a,1\n")
    done = run("judge", index, queries, qrels, input="1\n")
    assert done.returncode == 3
    assert "tab-separated" in done.stderr
    assert qrels.read_text(encoding="utf-8") == "캐시,a,1\n"
