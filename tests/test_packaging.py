"""The wheel and the sdist, built and installed in empty environments: what is in them, and that they work and are typed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import zipfile
from importlib.metadata import metadata, requires
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
USED = """
import json, sys
import faqsearch
from faqsearch import Document, FaqIndex
assert "site-packages" in faqsearch.__file__, faqsearch.__file__
with FaqIndex.in_memory() as index:
    index.upsert(Document("1", "캐시를 환불받고 싶어요."))
    print(json.dumps([hit.title.to_html() for hit in index.search("캐시환불")], ensure_ascii=False))
loaded = {name.partition(".")[0] for name in sys.modules}
assert not loaded & {"fastapi", "matplotlib", "opensearchpy", "pytest"}, loaded
"""
TYPED = """
from faqsearch import FaqIndex, SearchResults

index: FaqIndex = FaqIndex.in_memory()
results: SearchResults = index.search("환불")
wrong: int = results.query
"""


def run(*command: str | Path, folder: Path, **environment: str) -> str:
    done = subprocess.run(
        list(map(str, command)),
        cwd=folder,
        env={**{name: value for name, value in os.environ.items() if name != "PYTHONPATH"}, "PYTHONUTF8": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel that is built from it."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT, folder=folder)
    return folder


@pytest.mark.slow
def test_the_wheel_has_the_package_with_its_data_and_nothing_else(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"faqsearch"}
    sources = {path.relative_to(ROOT).as_posix() for path in (ROOT / "faqsearch").rglob("*") if path.is_file()}
    sources = {name for name in sources if "__pycache__" not in name and not name.endswith((".pyc", ".map"))}
    assert sources <= set(names), sorted(sources - set(names))[:5]
    assert "faqsearch/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert wheel.stat().st_size < 2_000_000


@pytest.mark.slow
def test_the_sdist_can_be_built_and_read(built: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "README.md", "README.ko.md", "CHANGELOG.md", "LICENSE", "data/faqs.jsonl"} <= names
    assert not any(name.startswith((".venv", ".git/", "demo.index")) for name in names)


@pytest.mark.skipif(os.name == "nt", reason="the compiler is named by CC on POSIX only")
@pytest.mark.slow
def test_without_a_c_compiler_the_wheel_is_plain_python(built: Path, tmp_path: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (source,) = tmp_path.iterdir()
    run(
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        tmp_path,
        source,
        folder=tmp_path,
        CC="/bin/false",
    )
    (wheel,) = tmp_path.glob("*.whl")
    assert wheel.name.endswith("-py3-none-any.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "faqsearch/native/postings.pyx" in names and not any(name.endswith((".so", ".c")) for name in names)


@pytest.mark.slow
def test_the_installed_wheel_searches_and_has_its_command(built: Path, tmp_path: Path) -> None:
    """Dependencies come from this environment (no download), the package from the wheel alone."""
    (wheel,) = built.glob("*.whl")
    environment = tmp_path / "venv"
    run(sys.executable, "-m", "venv", "--without-pip", environment, folder=tmp_path)
    python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    site = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", folder=tmp_path).strip()
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--disable-pip-version-check"]
    run(*pip, "--no-deps", "--no-index", wheel, folder=tmp_path)
    dependencies = run(sys.executable, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", folder=tmp_path).strip()
    (Path(site) / "dependencies.pth").write_text(dependencies + "\n", encoding="utf-8")
    assert "<mark>캐시</mark>" in run(python, "-c", USED, folder=tmp_path)
    script = python.with_name("faqsearch.exe" if os.name == "nt" else "faqsearch")
    assert "faqsearch 0." in run(script, "--version", folder=tmp_path)

    (tmp_path / "typed.py").write_text(TYPED, encoding="utf-8")
    check = [sys.executable, "-m", "mypy", "--python-executable", str(python), "--no-incremental", "typed.py"]
    done = subprocess.run(check, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert [line.partition(" error: ")[0] for line in done.stdout.splitlines() if " error: " in line] == ["typed.py:6:"], (
        done.stdout
    )


@pytest.mark.slow
def test_the_wheel_installs_with_its_dependencies_in_an_empty_environment(built: Path, tmp_path: Path) -> None:
    (wheel,) = built.glob("*.whl")
    environment = tmp_path / "venv"
    run(sys.executable, "-m", "venv", environment, folder=tmp_path)
    python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    constraints = ("--constraint", ROOT / "constraints.txt")
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *constraints, wheel, folder=tmp_path)
    assert "<mark>캐시</mark>" in run(python, "-c", USED, folder=tmp_path)


def test_the_licences_page_says_what_the_packages_say() -> None:
    page = (ROOT / "docs" / "how-to" / "deployment.md").read_text(encoding="utf-8")
    stated = dict(re.findall(r"^\| ([\w-]+) \| ([^|]+) \| [^|]+ \|$", page, re.MULTILINE))
    needed = [re.match(r"[\w-]+", one) for one in requires("faqsearch") or () if "extra ==" not in one]
    names = {match[0] for match in needed if match} | {"kiwipiepy_model"}
    assert len(names) > 5
    for name in names:
        about = metadata(name)
        assert stated.get(name) == (about["License-Expression"] or about["License"]), name
