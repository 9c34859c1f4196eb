"""The command line, on real processes."""

from __future__ import annotations

import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from faqsearch import FaqIndex
from faqsearch.cli.commands import cli

COMMAND = [sys.executable, "-m", "faqsearch"]
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "LINES")} | {
    "PYTHONIOENCODING": "utf-8",
    "TERM": "xterm-256color",
}
MARKED = "\x1b[1;4m캐시\x1b[0m"
POSIX = pytest.mark.skipif(os.name == "nt", reason="signals, pipes and terminals are those of POSIX here")

WAYS = (
    "카드",
    "휴대폰",
    "계좌",
    "상품권",
    "포인트",
    "간편 결제",
    "해외 카드",
    "편의점",
    "문화상품권",
    "앱 장터",
    "제휴 쿠폰",
    "정기 결제",
)


def documents() -> Iterator[dict[str, Any]]:
    for number, way in enumerate(WAYS):
        yield {
            "id": f"cash-{number:02}",
            "title": f"{way} 캐시 충전이 되지 않아요.",
            "body": f"{way} 화면을 닫고 다시 시도해 주세요.\n그래도 캐시가 없으면 메인 홈 > 고객센터 > 문의하기로 알려 주세요.",
            "category": ["웹소설·웹툰", "구매 관련", "공통" if number % 2 else "PC"],
            "views": 100 - number,
            "updated_at": f"2026-01-{number + 1:02}T09:00:00+09:00",
        }
    yield {
        "id": "refund",
        "title": "캐시 환불을 받고 싶어요.",
        "body": "7일 안에 신청하세요.",
        "category": ["결제", "환불"],
        "tags": ["환불"],
    }
    yield {"id": "seller", "title": "판매자 정산일은 언제인가요?", "category": ["판매"], "audience": ["판매자"]}
    yield {"id": "code", "title": "-1009 오류가 나와요.", "body": "네트워크를 확인하세요.", "category": ["오류"]}


def write_lines(path: Path, values: Iterator[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_lines(tmp_path_factory.mktemp("cli") / "help.jsonl", documents())


@pytest.fixture(scope="session")
def index(source: Path) -> Path:
    """An index made by the command itself; tests only read it."""
    location = source.parent / "help.index"
    done = run("index", source, location)
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(
        rf"{re.escape(str(location))}: 15 documents \(15 added, 0 updated, 0 deleted, 0 unchanged\), in [\d.]+ s\n", done.stdout
    )
    lines = done.stderr.splitlines()
    assert len(lines) == 10
    assert lines[-1] == "analysed 15 of 15 documents (100 %)"
    return location


@pytest.fixture(scope="session")
def big(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that takes several seconds to analyse."""
    body = " ".join(f"{way}로 결제한 캐시를 환불하려면 고객센터에 문의해 주세요." for way in WAYS)
    values = ({"id": f"big-{number}", "title": f"{number}번째 도움말", "body": body} for number in range(3_000))
    return write_lines(tmp_path_factory.mktemp("big") / "big.jsonl", values)


def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        env=ENVIRONMENT | environment,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def in_terminal(*arguments: object, width: int = 80, **environment: str) -> tuple[int, str]:
    """(the exit code, all output) of a run in a terminal of ``width`` columns."""
    import fcntl
    import pty
    import struct
    import termios

    parent, child = pty.openpty()
    fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 40, width, 0, 0))
    with subprocess.Popen(
        [*COMMAND, *map(str, arguments)], env=ENVIRONMENT | environment, stdin=child, stdout=child, stderr=child
    ) as process:
        os.close(child)
        output = b""
        while select.select([parent], [], [], 60)[0]:
            try:
                piece = os.read(parent, 65_536)
            except OSError:  # Linux says so that the other side is closed
                break
            if not piece:
                break
            output += piece
        code = process.wait(60)
    os.close(parent)
    return code, output.decode("utf-8").replace("\r\n", "\n")


# Search


def test_page(index: Path) -> None:
    done = run("search", index, "캐시", "충전")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout
    lines = done.stdout.split("\n")
    total = int(re.match(r"도움말 검색 결과 \(총 (\d+)건\) {10}정렬 기준: 정확도순 {5}카테고리: 전체$", lines[0])[1])  # type: ignore[index]
    assert total >= 12
    for hit in range(10):
        category, title, snippet, blank = lines[1 + 4 * hit : 5 + 4 * hit]
        assert re.fullmatch(r"  (\[[^]]+\])+", category)
        assert title.startswith("  ") and snippet.startswith("  ")
        assert blank == ""
    pages = -(-total // 10)
    assert lines[41:45] == [f"1/{pages}쪽 · 다음 쪽: --page 2", "", "카테고리", f"● 전체 {total}"]
    assert lines[45].startswith("    웹소설·웹툰 12")
    assert lines[46].startswith("      구매 관련 12")


def test_filters_sort_and_pages(index: Path) -> None:
    done = run(
        "search",
        index,
        "캐시",
        "--category",
        "웹소설·웹툰 > 구매 관련",
        "--category",
        "환불",
        "--sort",
        "-updated_at",
        "--page",
        5,
        "--per-page",
        3,
        "--ids",
    )
    assert done.returncode == 0
    lines = done.stdout.split("\n")
    assert lines[0].endswith("정렬 기준: 최신순     카테고리: 웹소설·웹툰 > 구매 관련, 환불")
    assert "5/5쪽 · 이전 쪽: --page 4" in lines
    assert [line for line in lines if line.startswith("  id: ")] == ["  id: refund"]
    assert "    ● 구매 관련 12" in lines
    assert "    ● 환불 1" in lines
    assert "        공통 6" in lines


def test_json_is_the_page(index: Path) -> None:
    options: dict[str, Any] = {
        "category": frozenset(["환불", ("웹소설·웹툰", "구매 관련", "PC")]),
        "within": None,
        "sort": "-views",
    }
    done = run(
        "search",
        index,
        "캐시",
        "--category",
        "환불",
        "--category",
        "웹소설·웹툰>구매 관련>PC",
        "--sort",
        "-views",
        "--json",
        "--per-page",
        4,
    )
    with FaqIndex.open(index, read_only=True) as opened:
        expected = opened.search("캐시", per_page=4, **options).to_dict()
    found = json.loads(done.stdout)
    assert found.pop("took_ms") > 0
    expected.pop("took_ms")
    assert found == expected
    assert found["total"] == 7


def test_more_of_search(index: Path) -> None:
    with_dash = run("search", index, "--depth", 0, "--", "-1009")
    assert "  -1009 오류가 나와요." in with_dash.stdout.splitlines()
    nothing = run("search", index, "쀍뛟쉛")
    assert nothing.returncode == 0
    assert "검색 결과가 없어요." in nothing.stdout


def test_who_sees_what(index: Path) -> None:
    with FaqIndex.open(index, read_only=True) as opened:
        assert opened.search("").total == 14
    assert "총 1건" in run("search", index, "--tag", "환불").stdout
    done = run("search", index, "--audience", "판매자", "--page", 99, "--within", "판매")
    assert done.returncode == 0
    assert done.stdout.startswith("도움말 검색 결과 (총 1건)          정렬 기준: 조회순     카테고리: 전체     범위: 판매\n")
    assert "99쪽은 없어요. 마지막 쪽은 1쪽이에요: --page 1" in done.stdout.splitlines()


# The other commands


def test_get(index: Path) -> None:
    done = run("get", index, "refund")
    assert done.stdout.split("\n")[:4] == ["[결제][환불]", "캐시 환불을 받고 싶어요.", "", "7일 안에 신청하세요."]
    assert json.loads(run("get", index, "refund", "--json").stdout)["tags"] == ["환불"]


@pytest.mark.parametrize("arguments", [("get",), ("related",), ("explain", "캐시")])
def test_an_id_that_is_not_there(index: Path, arguments: tuple[str, ...]) -> None:
    command, *query = arguments
    done = run(command, index, *query, "nobody")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "no document with the id 'nobody'" in done.stderr


def test_stats_and_check(index: Path, tmp_path: Path) -> None:
    assert re.search(r"^documents +15$", run("stats", index).stdout, re.MULTILINE)
    numbers = json.loads(run("stats", index, "--json").stdout)
    assert (numbers["documents"], numbers["lexicon"]["pins"]) == (15, 0)
    assert re.search(r"^lexicon +0 user words, 0 synonyms, 0 stop words, 0 pins, ", run("stats", index).stdout, re.MULTILINE)
    whole = run("check", index)
    assert whole.returncode == 0
    assert "is whole: documents 15," in whole.stdout

    damaged = tmp_path / "damaged.index"
    shutil.copytree(index, damaged)
    segment = max(damaged.iterdir(), key=lambda path: path.stat().st_size)
    content = bytearray(segment.read_bytes())
    content[len(content) // 2] ^= 0xFF
    segment.write_bytes(content)
    report = run("check", damaged)
    assert report.returncode == 1
    assert f"{damaged} is damaged" in report.stdout
    assert "problem: " in report.stdout
    assert "Traceback" not in report.stderr
    values = run("check", damaged, "--json")
    assert values.returncode == 1
    assert json.loads(values.stdout)["ok"] is False


def test_analyze(index: Path) -> None:
    text = "캐시를 환불받고"
    lines = run("analyze", index, text).stdout.splitlines()
    assert lines[0].split() == ["term", "surface", "start", "end", "channel"]
    assert lines[1].split() == ["캐시", "캐시", "0", "2", "morphemes"]
    assert any(line.endswith("grams") for line in lines)
    for term in json.loads(run("analyze", index, text, "--json").stdout):
        assert text[term["start"] : term["end"]] == term["surface"]


def test_explain(index: Path) -> None:
    done = run("explain", index, "캐시 환불", "refund")
    assert re.match(r"\+\d+\.\d{4}  .*\n  \+\d", done.stdout)
    assert "'캐시'" in done.stdout


def test_complete_and_related(index: Path) -> None:
    assert run("complete", index, "캐시 환부", "--limit", 1).stdout == "캐시 환불을 받고 싶어요.\n"
    assert json.loads(run("complete", index, "캐시 환부", "--json").stdout)[0]["text"] == "캐시 환불을 받고 싶어요."
    assert run("complete", index, "qqqq").stdout == ""
    assert "  [웹소설·웹툰][구매 관련][PC]" in run("related", index, "cash-01").stdout.splitlines()
    assert isinstance(json.loads(run("related", index, "cash-01", "--json").stdout), list)


def test_eval(index: Path, tmp_path: Path) -> None:
    queries = write_lines(tmp_path / "queries.jsonl", iter([{"id": "1", "text": "캐시 환불"}, {"_id": "2", "text": "정산일"}]))
    qrels = tmp_path / "qrels.tsv"
    qrels.write_text("query-id\tcorpus-id\tscore\n1\trefund\t2\n", encoding="utf-8")
    assert re.search(r"^RR@10 +1\.0000$", run("eval", index, queries, qrels).stdout, re.MULTILINE)
    qrels.write_text("1\trefund\t2\n1\tcash-01\tgood\n", encoding="utf-8")
    wrong = run("eval", index, queries, qrels)
    assert wrong.returncode == 3
    assert "row 2" in wrong.stderr


# Indexing


def test_an_existing_index_is_made_to_hold_the_file(index: Path, tmp_path: Path) -> None:
    location = tmp_path / "copy.index"
    shutil.copytree(index, location)
    fewer = [{**value, "views": 5_000} if value["id"] == "refund" else value for value in documents() if value["id"] != "code"]
    file = tmp_path / "help.csv"
    rows = ["번호,질문,답변,조회수", *(f'{value["id"]},{value["title"]},"{value.get("body", "")}",7' for value in fewer)]
    file.write_text("\n".join([*rows, "new,새 글,본문,1"]), encoding="cp949")
    done = run("index", file, location, "--field", "id=번호", "--field", "body=답변")
    assert done.returncode == 0, done.stderr
    assert "15 documents (1 added, 14 updated, 1 deleted, 0 unchanged)" in done.stdout


def test_lexicon(index: Path, source: Path, tmp_path: Path) -> None:
    location, folder = tmp_path / "copy.index", tmp_path / "lexicon"
    shutil.copytree(index, location)
    folder.mkdir()
    (folder / "synonyms.tsv").write_text("머니\t>\t캐시\n", encoding="utf-8")
    assert "15 unchanged" in run("index", source, location, "--lexicon", folder).stdout
    (folder / "words.tsv").write_text("구매 관련\n", encoding="utf-8")
    assert "all analysed again" in run("index", source, location, "--lexicon", folder).stdout
    assert "15 unchanged" in run("index", source, location).stdout
    assert "캐시 환불을 받고 싶어요." in run("search", location, "머니 환불").stdout
    (folder / "synonyms.tsv").write_text("머니 캐시\n", encoding="utf-8")
    wrong = run("index", source, location, "--lexicon", folder)
    assert wrong.returncode == 3
    assert "synonyms.tsv, line 1" in wrong.stderr


def test_an_empty_file(index: Path, tmp_path: Path) -> None:
    location, empty = tmp_path / "copy.index", write_lines(tmp_path / "empty.jsonl", iter(()))
    shutil.copytree(index, location)
    refused = run("index", empty, location)
    assert refused.returncode == 3
    assert "--allow-empty" in refused.stderr
    assert "15 deleted" in run("index", empty, location, "--allow-empty").stdout


def test_a_file_that_cannot_be_used_makes_no_index(tmp_path: Path) -> None:
    twice = write_lines(tmp_path / "twice.jsonl", iter([{"id": "a", "title": "하나"}, {"id": "a", "title": "둘"}]))
    wrong = tmp_path / "wrong.jsonl"
    wrong.write_text('{"id": "a", "title": "하나"}\n{"id": \n', encoding="utf-8")
    for file, part in [
        (twice, "documents 1 and 2 both have the id 'a'"),
        (wrong, "row 2"),
        (tmp_path / "no.jsonl", "does not exist"),
    ]:
        done = run("index", file, tmp_path / "new.index")
        assert (done.returncode, done.stdout) == (3, "")
        assert done.stderr.startswith(f"error: {file}")
        assert part in done.stderr
        assert done.stderr.count("\n") == 1
    assert not (tmp_path / "new.index").exists()


# Errors


def test_a_pin_to_an_id_that_no_document_has_is_told(source: Path, tmp_path: Path) -> None:
    (tmp_path / "lexicon").mkdir()
    (tmp_path / "lexicon" / "pins.tsv").write_text("환불\tnobody\n", encoding="utf-8")
    for _ in ("a new index", "one that is there"):
        done = run("index", source, tmp_path / "new.index", "--lexicon", tmp_path / "lexicon")
        assert done.returncode == 0
        assert done.stderr.splitlines()[-1].endswith("pins.tsv: no document has the id 'nobody'")
        assert "UserWarning" not in done.stderr


def test_a_report_of_what_is_no_event_log_is_refused(source: Path, tmp_path: Path) -> None:
    done = run("report", source)
    assert (done.returncode, done.stdout) == (3, "")
    assert re.search(r"none of \d+ lines is an event", done.stderr)
    (tmp_path / "empty.jsonl").touch()
    assert run("report", tmp_path / "empty.jsonl").returncode == 0


def test_no_index(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for command, place in [("search", "nowhere"), ("stats", ""), ("check", "nowhere"), ("search", "file")]:
        done = run(command, tmp_path / place)
        assert done.returncode == 3
        assert done.stderr.startswith("error: ")
        assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("search", "x", "--page", "0"), "--page"),
        (("search", "x", "--per-page", "101"), "--per-page"),
        (("search", "x", "--sort", "best"), "--sort"),
        (("search", "x", "--category", "결제 > "), "empty label"),
        (("search", "x", "-1009"), "No such option '-1' (a query that begins with - goes after --)"),
        (("index", "x", "y", "--field", "body"), "NAME=COLUMN"),
        (("index", "x", "y", "--field", "body=a", "--field", "body=b"), "given twice"),
        (("index", "x"), "INDEX"),
        (("find", "x"), "No such command"),
    ],
)
def test_wrong_usage(arguments: tuple[str, ...], part: str) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert part in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_field(source: Path, tmp_path: Path) -> None:
    done = run("index", source, tmp_path / "new.index", "--field", "colour=색")
    assert done.returncode == 3
    assert "colour" in done.stderr


# Interruption, pipes, terminals


@POSIX
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_indexing_changes_nothing(index: Path, big: Path, tmp_path: Path, number: signal.Signals) -> None:
    location = tmp_path / "copy.index"
    existing = number == signal.SIGINT
    if existing:
        shutil.copytree(index, location)
    with subprocess.Popen(
        [*COMMAND, "index", str(big), str(location)],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("analysed ")
        process.send_signal(number)
        out, error = process.communicate(timeout=60)
    assert (process.returncode, out) == (128 + number, "")
    state = "as it was" if existing else "an empty index"
    assert error.splitlines()[-1] == f"interrupted: nothing was saved, {location} is {state}"
    assert "Traceback" not in error
    with FaqIndex.open(location) as opened:
        assert len(opened) == (15 if existing else 0)
        assert opened.check().ok
        opened.delete("refund")  # the writer's lock is free


@POSIX
def test_a_closed_pipe_ends_quietly(index: Path) -> None:
    with subprocess.Popen(
        [*COMMAND, "complete", str(index), "캐시"], env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == -signal.SIGPIPE


@POSIX
def test_marks_in_a_terminal(index: Path) -> None:
    code, page = in_terminal("search", index, "캐시 환불", width=44)
    assert code == 0
    assert MARKED in page
    plain = re.sub(r"\x1b\[[0-9;]*m", "", page)
    assert all(sum(2 if "가" <= character <= "힣" else 1 for character in line) <= 44 for line in plain.split("\n"))
    assert "\x1b" not in in_terminal("complete", index, "캐시", NO_COLOR="1")[1]
    assert MARKED in in_terminal("complete", index, "캐시")[1]
    assert "\x1b" not in in_terminal("complete", index, "캐시", "--no-color")[1]
    assert "\x1b" not in in_terminal("complete", index, "캐시", TERM="dumb")[1]
    assert MARKED in in_terminal("complete", index, "캐시", "--color", NO_COLOR="1")[1]
    assert MARKED in run("complete", index, "캐시", "--color").stdout


@POSIX
def test_progress_bar_in_a_terminal(source: Path, tmp_path: Path) -> None:
    code, output = in_terminal("index", source, tmp_path / "new.index")
    assert code == 0
    assert re.search(r"analysing: +\d+%\|.*\| \d+/15 \[\d\d:\d\d<", output)
    assert "documents/s" in output
    assert "15 documents (15 added" in output.split("\r")[-1]


def test_text_in_another_encoding(index: Path) -> None:
    done = run("complete", index, "캐시 환", "--json", PYTHONIOENCODING="ascii")
    assert json.loads(done.stdout)[0]["text"] == "캐시 환불을 받고 싶어요."
    assert run("complete", index, "캐시 환", PYTHONIOENCODING="ascii").returncode == 0


# Help


def commands() -> list[tuple[str, click.Command]]:
    return sorted(cli.commands.items())


def test_every_command_is_documented() -> None:
    main = run("--help").stdout
    for code in ("0 ", "1 ", "2 ", "3 ", "130 "):
        assert f"\n  {code}" in main.partition("Exit codes:")[2].replace("\n    ", "\n  ")
    for name, command in commands():
        assert re.search(rf"^  {name} +\S", main, re.MULTILINE), name
        assert f"    faqsearch {name} " in main, name
        assert command.help, name
        text = command.get_help(click.Context(command, info_name=f"faqsearch {name}"))
        assert "Examples:" in text, name
        assert f"    faqsearch {name} " in text.partition("Examples:")[2], name
        for parameter in command.params:
            assert not isinstance(parameter, click.Option) or parameter.help, f"{name} {parameter.name}"


def test_every_example_is_right_usage() -> None:
    """Each example in the help is read by its command; nothing is run."""
    import shlex

    seen = 0
    for name, command in commands():
        for line in (command.epilog or "").splitlines():
            if line.startswith("  faqsearch "):
                words = shlex.split(re.split(r" {2,}\(| \| | && ", line.strip())[0])
                assert words[:2] == ["faqsearch", name]
                command.make_context(name, words[2:])
                seen += 1
    assert seen >= 2 * len(commands())


def test_commands_answer_help() -> None:
    for name in ("index", "search"):
        assert f"faqsearch {name} " in run(name, "--help").stdout


def test_version() -> None:
    assert re.fullmatch(r"faqsearch \d+\.\d+\.\d+\S*, (compiled loops|plain Python)\n", run("--version").stdout)


def test_help_loads_no_engine() -> None:
    code = "import sys, faqsearch.cli.commands; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], env=ENVIRONMENT, capture_output=True, encoding="utf-8", check=True)
    assert not {"kiwipiepy", "numpy", "whoosh", "tqdm", "openpyxl", "ir_measures"} & set(done.stdout.split())


def test_help_is_quick() -> None:
    begun = time.perf_counter()
    run("--help")
    assert time.perf_counter() - begun < 5  # loose: it catches a model that is loaded, not a busy machine
