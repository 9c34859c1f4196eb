"""Does the audit find what is wrong? Ten kinds of fault, five of each, seeded into a copy of data/.

Printed by kind: findings in data/ as it is, faults seeded, findings added, right ones among them, precision and recall.
Precision is over the findings that the seeding added. A finding about an entry that got a fault of another kind follows from
that (a body made very long sinks in the ranking): it is printed and not counted. data/ itself has findings too (categories with
one entry, compounds). Entries are drawn by ``random.Random(11)``.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from faqsearch import CategoryPath, Document, FaqIndex, Lexicon, read_documents
from faqsearch.analysis.hangul import particle
from faqsearch.audit import KINDS, AuditReport, Finding, Kind, audit_index
from faqsearch.audit.bodies import MOST_CHARACTERS
from faqsearch.audit.collection import FIRST
from faqsearch.report.read import LoggedSearch

DATA = Path(__file__).parent.parent / "data"
FAULTS = 5
BAR = 0.9
_NOW = datetime(2026, 11, 1, tzinfo=UTC)

_EMPTY = ("", "준비 중입니다.", "추후 안내", "-", "바로 가기 >")
_STRANGE_WORDS = ("제로페이", "면세점", "반려견", "카풀", "기저귀")
_TOPICS = ("승차권 양도", "도장 적립", "문서 번역", "악보 인쇄", "화분 배달")
_FILLING = (
    "평일 오전에만 열리고 하루 뒤에 끝납니다.",
    "수수료는 없으며 취소는 그날 안에만 됩니다.",
    "처음이라면 도움 영상을 먼저 보시기 바랍니다.",
    "받는 사람이 사흘 안에 수락해야 끝나고, 그 뒤에는 되돌릴 수 없습니다.",
)
# Sentences in which Kiwi reads the word as one, and as two.
_COMPOUNDS = {
    "우편번호": (
        ("우편번호 관리 메뉴에서 봅니다.", "'우편번호' 화면"),
        ("우편번호를 바꿔 주세요.", "새 우편번호로 시작합니다."),
    ),
    "공인인증서": (("'공인인증서' 화면", "나의 공인인증서 목록"), ("공인인증서 찾기", "공인인증서를 바꿔 주세요.")),
    "대리운전": (("대리운전 찾기", "대리운전을 바꿔 주세요."), ("'대리운전' 화면", "먼저 대리운전부터 확인합니다.")),
    "해외직구": (("해외직구를 바꿔 주세요.", "나의 해외직구 목록"), ("해외직구 찾기", "해외직구 관리 메뉴에서 봅니다.")),
    "건강보험": (("'건강보험' 화면", "건강보험은 따로 없습니다."), ("건강보험 찾기", "건강보험을 바꿔 주세요.")),
}


@dataclass(frozen=True, slots=True)
class Seeded:
    """A collection with faults, a log, and the findings of each kind (``title_not_found``: five of eight that may be)."""

    documents: Sequence[Document]
    log: Sequence[LoggedSearch]
    expected: Mapping[Kind, frozenset[Hashable]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One kind: findings before, faults seeded, findings that the seeding added, and how many of those are seeded faults."""

    before: int
    seeded: int
    added: int
    right: int

    @property
    def precision(self) -> float:
        return self.right / self.added if self.added else 0.0

    @property
    def recall(self) -> float:
        return self.right / self.seeded


def key(finding: Finding) -> Hashable:
    """What makes a finding of one kind this one."""
    if finding.kind in ("near_duplicates", "titles_alike"):
        return frozenset(finding.ids)
    return finding.text if finding.kind in ("unknown_word", "unstable_compound") else finding.ids[0]


def log_of(documents: Sequence[Document], *, unseen: frozenset[str] = frozenset()) -> list[LoggedSearch]:
    """A log in which each entry but ``unseen`` was shown once."""
    return [_searched(document.title, (document.id,)) for document in documents if document.id not in unseen]


def _searched(query: str, hit_ids: tuple[str, ...]) -> LoggedSearch:
    return LoggedSearch(query, _NOW, query, None, 1, len(hit_ids), "good", hit_ids, 1.0, None)


class Seeder:
    """Puts faults into a copy of a collection; no entry gets two."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self.entries = {document.id: document for document in documents}
        self.expected: dict[Kind, frozenset[Hashable]] = {}
        self._free = [
            document
            for document in documents
            if not document.audience and document.visible_from is None and document.visible_until is None
        ]
        random.Random(11).shuffle(self._free)
        self._sizes = Counter(path for document in documents for path in _paths(document))

    def draw(self, suits: Callable[[Document], bool] = lambda document: True) -> Document:
        """An entry without a fault that suits."""
        found = next(document for document in self._free if suits(document))
        self._free.remove(found)
        return found

    def change(self, document: Document, **values: Any) -> str:
        self.entries[document.id] = replace(document, **values)
        return document.id

    def titles(self) -> None:
        """One title for entries of eight services: three of them come first, five do not."""
        services: set[str] = set()
        ids = []
        for _ in range(FAULTS + FIRST):
            document = self.draw(lambda one: one.category[0] not in services)
            services.add(document.category[0])
            ids.append(self.change(document, title="이용 안내"))
        self.expected["title_not_found"] = frozenset(ids)

    def bodies(self) -> None:
        self.expected["empty_body"] = frozenset(self.change(self.draw(), body=body) for body in _EMPTY)
        ids = []
        for _ in range(FAULTS):
            document = self.draw()
            body = document.body
            while len(body) <= MOST_CHARACTERS:
                body += "\n\n" + self._free[len(body) % len(self._free)].body
            ids.append(self.change(document, body=body))
        self.expected["long_body"] = frozenset(ids)

    def duplicates(self) -> None:
        """Copies with another title, one sign changed and a sentence more."""
        pairs = []
        for _ in range(FAULTS):
            document = self.draw()
            copy = replace(
                document,
                id=f"copy-of-{document.id}",
                title=f"다시 알려 드립니다: {document.title}",
                body=document.body.replace("습니다.", "습니다!", 1) + "\n더 궁금한 점은 문의해 주세요.",
            )
            self.entries[copy.id] = copy
            pairs.append(frozenset((document.id, copy.id)))
        self.expected["near_duplicates"] = frozenset(pairs)

    def alike_titles(self) -> None:
        """A title of one entry, with another sign and another blank, for another entry of the service."""
        pairs = []
        for _ in range(FAULTS):
            document = self.draw()
            other = self.draw(lambda one, service=document.category[0]: one.category[0] == service)  # type: ignore[misc]
            self.change(other, title=document.title.rstrip(".?!").replace(" ", "  ", 1) + " ?")
            pairs.append(frozenset((document.id, other.id)))
        self.expected["titles_alike"] = frozenset(pairs)

    def paraphrases(self) -> None:
        """An entry whose plain words bring three others with shorter titles first."""
        ids = []
        for number, topic in enumerate(_TOPICS):
            what, how = topic.split()
            category = self.draw(lambda one: self._sizes[one.category] > FAULTS).category
            for form, title in enumerate((f"{topic}", f"{topic} 안내", f"{topic} 방법")):
                id = f"short-{number}-{form}"
                body = f"{topic}에 관한 {form + 1}번째 글입니다. {what} 화면에서 {how} 단추를 눌러 주세요. {_FILLING[form]}"
                self.entries[id] = Document(id, title, body, category=category)
            title = f"{what}{particle(what, '을', '를')} {how}하려면 어떻게 하면 되는 건가요?"
            self.entries[f"hidden-{number}"] = Document(
                f"hidden-{number}", title, f"{what} 화면의 맨 아래에서 할 수 있습니다. {_FILLING[3]}", category=category
            )
            ids.append(f"hidden-{number}")
        self.expected["paraphrase_not_found"] = frozenset(ids)

    def categories(self) -> None:
        ids = []
        for number in range(FAULTS):
            document = self.draw(lambda one: all(self._sizes[path] > FAULTS for path in _paths(one)))
            self._sizes.subtract(_paths(document))
            ids.append(self.change(document, category=(document.category[0], f"새 분류 {number + 1}")))
        self.expected["single_entry_category"] = frozenset(ids)

    def compounds(self) -> None:
        for sentences in _COMPOUNDS.values():
            for sentence in (*sentences[0], *sentences[1]):
                document = self.draw()
                self.change(document, body=f"{document.body}\n{sentence}")
        self.expected["unstable_compound"] = frozenset(_COMPOUNDS)

    def log(self) -> list[LoggedSearch]:
        """Each entry was shown once but for five, and five words that no entry holds were searched for three times."""
        unseen = frozenset(self.draw().id for _ in range(FAULTS))
        self.expected["never_found"] = unseen
        self.expected["unknown_word"] = frozenset(_STRANGE_WORDS)
        strange = [_searched(f"{word} 결제", ()) for word in _STRANGE_WORDS for _ in range(3)]
        return [*log_of(list(self.entries.values()), unseen=unseen), *strange]


def _paths(document: Document) -> list[CategoryPath]:
    return [document.category[:depth] for depth in range(1, len(document.category) + 1)]


def seed(documents: Sequence[Document]) -> Seeded:
    """A copy of ``documents`` with five faults of each kind, and a log."""
    seeder = Seeder(documents)
    seeder.titles()
    seeder.bodies()
    seeder.duplicates()
    seeder.alike_titles()
    seeder.paraphrases()
    seeder.categories()
    seeder.compounds()
    log = seeder.log()
    return Seeded(list(seeder.entries.values()), log, seeder.expected)


def evaluate(documents: Sequence[Document], lexicon: Lexicon) -> tuple[dict[Kind, Outcome], list[Finding], list[Finding]]:
    """(by kind what was found, wrong findings, findings that follow from a seeded fault of another kind)."""
    before = _audit(documents, log_of(documents), lexicon)
    seeded = seed(documents)
    after = _audit(seeded.documents, seeded.log, lexicon)
    outcomes: dict[Kind, Outcome] = {}
    wrong: list[Finding] = []
    following: list[Finding] = []
    ill = {id for key in set().union(*seeded.expected.values()) for id in (key if isinstance(key, frozenset) else [key])}
    for kind in KINDS:
        known = {key(finding) for finding in before.of(kind)}
        added = [finding for finding in after.of(kind) if key(finding) not in known]
        right = [finding for finding in added if key(finding) in seeded.expected[kind]]
        others = [finding for finding in added if finding not in right]
        follows = [finding for finding in others if ill.intersection(finding.ids)]
        following += follows
        wrong += [finding for finding in others if finding not in follows]
        outcomes[kind] = Outcome(len(known), FAULTS, len(added) - len(follows), len(right))
    return outcomes, wrong, following


def _audit(documents: Sequence[Document], log: Sequence[LoggedSearch], lexicon: Lexicon) -> AuditReport:
    with FaqIndex.in_memory(lexicon=lexicon) as index:
        index.sync(documents)
        return audit_index(index, events=log, now=_NOW)


def main(arguments: list[str]) -> int:
    """Prints a line a kind; 1 where precision or recall of one is below 0.9."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks audit", description=__doc__.splitlines()[0])
    parser.parse_args(arguments)
    documents = list(read_documents(DATA / "faqs.jsonl"))
    outcomes, wrong, following = evaluate(documents, Lexicon.from_folder(DATA / "lexicon"))
    print(f"{'kind':<22} {'in data/':>8} {'seeded':>7} {'added':>6} {'right':>6} {'precision':>9} {'recall':>7}")
    for kind, one in outcomes.items():
        print(
            f"{kind:<22} {one.before:>8} {one.seeded:>7} {one.added:>6} {one.right:>6} {one.precision:>9.2f} {one.recall:>7.2f}"
        )
    for word, findings in (("wrong:", wrong), ("follows from another fault:", following)):
        for finding in findings:
            print(word, finding.kind, *finding.ids, finding.text)
    return int(any(min(one.precision, one.recall) < BAR for one in outcomes.values()))
