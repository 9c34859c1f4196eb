"""Compiles ``faqsearch/native`` where there is a C compiler; without one the same package is installed in plain Python."""

from __future__ import annotations

import os
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

OPTIONS = ["/O2"] if os.name == "nt" else ["-O2", "-g0", "-ffp-contract=off"]
"""Without fused operations, which would give other bits than NumPy."""


class CompiledLoops(BuildHookInterface[Any]):
    """Adds the compiled modules to a wheel, or lays them into the tree for an editable install."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "wheel" or os.environ.get("FAQSEARCH_PURE", "0") not in ("", "0"):
            return
        if not compile_modules(Path(self.root)):
            self.app.display_warning("no C compiler: faqsearch is built in plain Python, which is slower and answers the same")
            return
        build_data["pure_python"] = False
        build_data["infer_tag"] = True
        build_data["artifacts"].append(f"faqsearch/native/*{sysconfig.get_config_var('EXT_SUFFIX')}")


def compile_modules(root: Path) -> bool:
    """Lays a module beside each .pyx file of ``faqsearch/native``; whether all are there."""
    from Cython.Build import cythonize
    from setuptools import Distribution, Extension
    from setuptools.command.build_ext import build_ext

    sources = sorted((root / "faqsearch/native").glob("*.pyx"))
    made = [one.with_suffix(sysconfig.get_config_var("EXT_SUFFIX")) for one in sources]
    for old in made:
        old.unlink(missing_ok=True)
    modules = [Extension(f"faqsearch.native.{one.stem}", [str(one)], extra_compile_args=OPTIONS) for one in sources]
    with tempfile.TemporaryDirectory() as folder:
        compiled = cythonize(modules, build_dir=folder, quiet=True)
        for module in compiled:
            module.optional = True  # what fails is said, and is not there afterwards
        command = build_ext(Distribution({"name": "faqsearch", "ext_modules": compiled}))
        command.build_lib, command.build_temp = str(root), folder
        command.ensure_finalized()
        command.run()
    return all(one.exists() for one in made)
