"""The one part that is compiled. Everything else about the package stands in pyproject.toml.

Without a compiler the package is installed without it, and says so when it runs (`alertd/text/core.py`).
ALERTD_CORE=1 makes it a must, ALERTD_CORE=0 leaves it out.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from setuptools import Extension, setup

HERE = Path("alertd/text/c")
"""Relative, as setuptools wants it: builds run in the folder of this file."""
ASKED = os.environ.get("ALERTD_CORE", "")
OPTIONS = [] if sys.platform == "win32" else ["-std=c11", "-O3", "-fvisibility=hidden"]

CORE = Extension(
    "alertd.text._core",
    sources=sorted(map(str, HERE.glob("*.c"))),
    depends=sorted(map(str, HERE.glob("*.h"))),
    define_macros=[("Py_LIMITED_API", "0x030B0000")],
    extra_compile_args=OPTIONS,
    py_limited_api=True,
    optional=ASKED != "1",
)

setup(ext_modules=[] if ASKED == "0" else [CORE], options={"bdist_wheel": {"py_limited_api": "cp311"}})
