"""The jars of OpenSearch, from Maven's registry, kept outside the project by the hash of the pom; and a JDK to run them."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

POM = Path(__file__).parent / "pom.xml"


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the runner, and the least JDK that it needs."""

    artifact: str
    java: int


VERSIONS = {"2.19": Version("2.19.1.0", 17), "3.3": Version("3.3.0.0", 21)}

_JAVA_FOLDERS = (
    "/usr/lib/jvm/*",
    "/usr/java/*",
    "/opt/java/*",
    "/opt/*jdk*",
    "/Library/Java/JavaVirtualMachines/*/Contents/Home",
    "~/.sdkman/candidates/java/*",
    "~/.jdks/*",
)


class ClusterError(Exception):
    """No OpenSearch can be started here; the message says what is missing."""


def java(least: int) -> Path:
    """The ``java`` of the oldest JDK here that is ``least`` or later; raises ClusterError."""
    homes = {Path(os.environ["JAVA_HOME"])} if os.environ.get("JAVA_HOME") else set()
    for pattern in _JAVA_FOLDERS:
        whole = Path(pattern).expanduser()
        homes.update(Path(whole.anchor).glob(str(whole.relative_to(whole.anchor))))
    if (found := shutil.which("java")) is not None:
        homes.add(Path(found).resolve().parent.parent)
    known = sorted((version, home) for home in homes if (version := _java_version(home)) >= least)
    if not known:
        raise ClusterError(f"no JDK {least} or later here; install one (openjdk-{least}-jdk-headless) or set JAVA_HOME")
    return known[0][1] / "bin" / "java"


def _java_version(home: Path) -> int:
    """The major version of a JDK's folder, 0 where it is none."""
    try:
        found = re.search(r'^JAVA_VERSION="(\d+)', (home / "release").read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:
        return 0
    return int(found[1]) if found and (home / "bin" / "java").exists() else 0


def jars(version: str) -> Path:
    """The folder with the jars of a version, fetched at the first call; raises ClusterError."""
    artifact = VERSIONS[version].artifact
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "faqsearch" / "opensearch"
    folder = cache / f"{artifact}-{hashlib.blake2b(POM.read_bytes(), digest_size=6).hexdigest()}"
    if folder.is_dir():
        return folder
    maven = shutil.which("mvn")
    if maven is None:
        raise ClusterError("no Maven here to fetch OpenSearch with; install maven")
    fetched = folder.with_name(f"{folder.name}.{os.getpid()}")
    command = [maven, "-q", "-B", "-f", str(POM), "dependency:copy-dependencies"]
    command += [f"-Dopensearch.version={artifact}", f"-DoutputDirectory={fetched}", "-DincludeScope=runtime"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        shutil.rmtree(fetched, ignore_errors=True)
        raise ClusterError(f"Maven could not fetch OpenSearch {artifact}:\n{(done.stdout + done.stderr).strip()[-2000:]}")
    try:
        fetched.rename(folder)
    except OSError:  # another run was faster
        shutil.rmtree(fetched, ignore_errors=True)
    return folder
