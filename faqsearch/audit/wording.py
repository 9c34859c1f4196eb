"""The words of an audit, in Korean and in English: what each kind is, what to do, and the columns of its table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from faqsearch.audit.finding import AuditReport, Finding, Kind
from faqsearch.errors import InvalidOptionError

LANGUAGES = ("ko", "en")

_KINDS: Mapping[Kind, tuple[tuple[str, str], tuple[str, str]]] = {
    "title_not_found": (
        ("제목 그대로 찾아도 앞의 세 결과에 없는 도움말", "제목에 이 도움말만의 낱말을 넣으세요."),
        ("Entries that their own title does not bring to the first three", "Put into the title what only this entry is about."),
    ),
    "empty_body": (
        ("내용이 거의 없는 도움말", "내용을 쓰거나 지우세요."),
        ("Entries with hardly any body", "Write the answer, or delete the entry."),
    ),
    "near_duplicates": (
        ("거의 같은 도움말", "하나로 합치거나, 무엇이 다른지 제목과 첫 문장에 밝히세요."),
        ("Entries that say the same", "Merge them, or say in title and first sentence what differs."),
    ),
    "titles_alike": (
        ("조사와 어미만 다르거나 같은 제목", "읽는 사람이 구별할 수 있게 제목을 고치세요."),
        ("Titles that differ in particles only, or not at all", "Make titles that a reader can tell apart."),
    ),
    "unknown_word": (
        ("사람들이 찾지만 도움말에 없는 낱말", "도움말에 그 말을 쓰거나, 뜻이 같은 말이 있으면 동의어로 더하세요."),
        ("Words that people search for and no entry holds", "Use the word in an entry, or make it a synonym of the word used."),
    ),
    "paraphrase_not_found": (
        (
            "핵심 낱말로 찾으면 앞의 세 결과에 없는 도움말",
            "그 말로 찾는 사람이 먼저 볼 도움말이면 제목을 짧게 고치거나 고정하세요.",
        ),
        (
            "Entries that the plain words of their title do not bring to the first three",
            "If this is the entry that people who type that want, shorten its title or pin it.",
        ),
    ),
    "never_found": (
        ("기록에서 한 번도 결과에 나오지 않은 도움말", "사람들이 쓰는 말로 제목을 고치거나, 필요 없으면 지우세요."),
        ("Entries that no search of the log has shown", "Use the words that people type, or delete what nobody needs."),
    ),
    "long_body": (
        ("너무 긴 도움말", "질문마다 하나씩 나누세요."),
        ("Entries that are very long", "Split them, one question each."),
    ),
    "single_entry_category": (
        ("도움말이 하나뿐인 분류", "다른 분류와 합치세요."),
        ("Categories with one entry", "Merge the category with another."),
    ),
    "unstable_compound": (
        ("한 낱말로도, 나뉘어서도 읽히는 합성어", "words.tsv에 더하면 늘 한 낱말로 읽습니다."),
        ("Compound nouns that are read as one word here and as several there", "A line in words.tsv makes them one word."),
    ),
}

_COLUMNS: Mapping[str, tuple[str, str]] = {
    "id": ("아이디", "Id"),
    "title": ("제목", "Title"),
    "rank": ("순위", "Rank"),
    "views": ("조회수", "Views"),
    "before": ("앞선 도움말", "What comes first"),
    "query": ("검색어", "Query"),
    "body": ("내용", "Body"),
    "other": ("같은 도움말", "The same as"),
    "similarity": ("같은 정도", "Alike"),
    "others": ("다른 도움말", "Others"),
    "word": ("낱말", "Word"),
    "searches": ("검색", "Searches"),
    "meant": ("뜻할 만한 도움말", "Entries it may mean"),
    "characters": ("글자 수", "Characters"),
    "category": ("분류", "Category"),
    "parts": ("나뉜 꼴", "Parts"),
    "whole": ("한 낱말", "As one"),
    "apart": ("나뉨", "As parts"),
}

_TEXTS: Mapping[str, tuple[str, str]] = {
    "head": (
        "도움말 {documents:,}건을 살펴 고칠 것 {findings:,}건을 찾았습니다.",
        "{findings:,} findings in {documents:,} entries.",
    ),
    "log": ("검색 기록 {searches:,}건을 함께 보았습니다.", "With a log of {searches:,} searches."),
    "skipped": (
        "검색 기록(--events)이 없어 살피지 못한 것: {kinds}",
        "Not looked at, for want of a log of searches (--events): {kinds}",
    ),
    "more": ("그 밖에 {count:,}건 (--limit 0이면 모두)", "and {count:,} more (--limit 0 shows all)"),
    "clean": ("고칠 것이 없습니다.", "There is nothing to fix."),
    "count": ("{count:,}건", "{count:,}"),
}

_NUMBERS = frozenset({"rank", "views", "similarity", "searches", "characters", "whole", "apart"})


@dataclass(frozen=True, slots=True)
class AuditTable:
    """The table of one kind: heading, what to do, names of columns, rows; ``text`` are the columns that hold no number."""

    heading: str
    remedy: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    left_out: int
    text: frozenset[int]


@dataclass(frozen=True, slots=True)
class AuditWording:
    """The words of one language; raises InvalidOptionError for one that there is not."""

    language: str

    def __post_init__(self) -> None:
        if self.language not in LANGUAGES:
            raise InvalidOptionError(f"the language must be one of {', '.join(LANGUAGES)}, not {self.language!r}")

    def __call__(self, name: str, **values: object) -> str:
        return _TEXTS[name][self._place].format(**values)

    def heading(self, kind: Kind) -> str:
        """What a kind is called."""
        return _KINDS[kind][self._place][0]

    def table(self, report: AuditReport, kind: Kind, *, limit: int = 0) -> AuditTable:
        """The findings of one kind in rows, at most ``limit`` (0: all)."""
        findings = report.of(kind)
        shown = findings[:limit] if limit else findings
        names = _SHAPES[kind]
        heading, remedy = _KINDS[kind][self._place]
        return AuditTable(
            heading=heading,
            remedy=remedy,
            columns=tuple(_COLUMNS[name][self._place] for name in names),
            rows=tuple(tuple(_cell(report, finding, name) for name in names) for finding in shown),
            left_out=len(findings) - len(shown),
            text=frozenset(place for place, name in enumerate(names) if name not in _NUMBERS),
        )

    @property
    def _place(self) -> int:
        return LANGUAGES.index(self.language)


_SHAPES: Mapping[Kind, tuple[str, ...]] = {
    "title_not_found": ("id", "title", "rank", "before", "views"),
    "empty_body": ("id", "title", "body", "views"),
    "near_duplicates": ("id", "title", "other", "similarity"),
    "titles_alike": ("id", "title", "others", "views"),
    "unknown_word": ("word", "searches", "meant"),
    "paraphrase_not_found": ("id", "title", "query", "rank", "before", "views"),
    "never_found": ("id", "title", "views"),
    "long_body": ("id", "title", "characters", "views"),
    "single_entry_category": ("category", "id", "title"),
    "unstable_compound": ("word", "parts", "whole", "apart"),
}


def _cell(report: AuditReport, finding: Finding, name: str) -> str:
    if name == "id":
        return finding.ids[0]
    if name == "title":
        return report.titles[finding.ids[0]]
    if name in ("before", "meant"):
        return " / ".join(f"{id} {report.titles.get(id, '')}" for id in finding.others[: 1 if name == "before" else None])
    if name in ("other", "others"):
        return " / ".join(f"{id} {report.titles[id]}" for id in finding.ids[1:])
    if name == "parts":
        return " + ".join(finding.others)
    if name in ("query", "body", "word", "category"):
        return finding.text
    value = finding.numbers[name]
    if name == "similarity":
        return f"{value * 100:.0f} %"
    if name == "rank":
        return f"{value:.0f}" if value else "20+"
    return f"{value:,.0f}"
