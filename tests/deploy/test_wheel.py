"""What is installed by `pip install alertd`: the wheel, in an environment that has nothing else of ours.

It takes minutes and needs a package registry: `pytest --wheel tests/deploy/test_wheel.py`, as .ci/run does.
"""

from __future__ import annotations

import asyncio
import os
import re
import resource
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.docs.pages import ROOT
from tests.support.daemon import STARTED_S, eventually
from tests.support.desk import SECRET, item, rss
from tests.support.http import FaultServer, answer

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
INSTALL_S = 900
CORE = "alertd/text/_core.abi3.so"
NOBODY = 65_534
FILES, MEMORY = 1_024, 3 << 30
"""Open files and bytes of address space that each process is held to: less than a small machine gives."""


@pytest.fixture(scope="module", autouse=True)
def wanted(request: pytest.FixtureRequest) -> None:
    if not request.config.getoption("--wheel"):
        pytest.skip("takes minutes and a package registry: pytest --wheel")


def run(*words: str | Path, **about: Any) -> str:
    """Run a program; what it prints. Fails with what it says."""
    done: subprocess.CompletedProcess[str] = subprocess.run(
        words, capture_output=True, text=True, timeout=INSTALL_S, check=False, **about
    )
    assert done.returncode == 0, f"{words}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return str(done.stdout)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel of what git would give away: nothing that only lies about here gets in."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in run("git", "ls-files", "-z", cwd=ROOT).split("\0")[:-1]:
        if name.startswith(("alertd/", "rules/", "pyproject", "setup.py", "README")) and (ROOT / name).exists():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, source / name, follow_symlinks=False)
    try:
        run(sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", out, source)
    except AssertionError as error:
        if re.search(
            r"No matching distribution|Could not find a version|ConnectionError|Failed to establish", str(error)
        ):
            pytest.skip("no package registry can be reached")
        raise
    (made,) = out.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def environment(wheel: Path) -> Iterator[Path]:
    """Make an environment with the wheel and what it asks for, where nobody in particular may read it too."""
    folder = Path(run("mktemp", "-d", "/tmp/alertd-wheel-XXXXXX").strip())
    folder.chmod(0o755)
    try:
        run(python_for_all(), "-m", "venv", folder / "venv")
        run(folder / "venv/bin/pip", "install", "-q", "-c", ROOT / "constraints.txt", f"{wheel}[embedded]")
        yield folder / "venv"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def python_for_all() -> str:
    """Give a Python that anybody may run; ours, where there is no other: it may lie below root's own folder."""
    fits = "import ensurepip, sys, venv; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12)))"
    for python in (sys.executable, "/usr/bin/python3"):
        if may_be_nobody(python) and subprocess.run([python, "-c", fits], check=False).returncode == 0:
            return python
    return sys.executable


# --- what is in it --------------------------------------------------------------------------------------------


def test_the_wheel_has_every_file_of_the_package(wheel: Path) -> None:
    tracked = run("git", "ls-files", "-z", "alertd", "rules", cwd=ROOT).split("\0")[:-1]
    expected = {
        name.replace("rules/", "alertd/demo/rules/", 1) if name.startswith("rules/") else name for name in tracked
    }
    expected -= {"alertd/demo/rules"}  # the link to them
    expected = {name for name in expected if not name.startswith("alertd/text/c/")}  # what the core is built from
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if not name.endswith("/")}
    packaged = {name for name in inside if ".dist-info/" not in name}
    assert expected - packaged == set(), "not in the wheel"
    assert packaged - expected <= {CORE}, "not in git"
    assert (CORE in packaged) == (shutil.which("gcc") is not None), "the compiled core is there where it can be built"
    assert "alertd/py.typed" in packaged


def test_the_wheel_says_what_it_needs(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
    about = BytesParser().parsebytes(archive.read(name))
    assert (about["Name"], about["Version"]) == (PROJECT["name"], PROJECT["version"])
    assert set(about.get_all("Provides-Extra", [])) == set(PROJECT["optional-dependencies"])
    asked = [one for one in about.get_all("Requires-Dist", []) if "extra ==" not in one]
    assert len(asked) == len(PROJECT["dependencies"])
    (points,) = (name for name in archive.namelist() if name.endswith("entry_points.txt"))
    assert "alertd = alertd.cli.main:main" in archive.read(points).decode()


# --- what it does ---------------------------------------------------------------------------------------------


def limited() -> None:
    """Take the limits of a small machine, before the program begins."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.umask(0o077)


def lowered() -> None:
    """Become nobody in particular besides, as under the unit."""
    limited()
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)


def may_be_nobody(python: str | Path) -> bool:
    """Tell whether we can become nobody, and nobody can run this Python: one below root's own folder it cannot."""
    if os.geteuid() != 0:
        return False
    try:
        return subprocess.run([python, "-c", ""], preexec_fn=lowered, check=False, cwd="/").returncode == 0
    except OSError:
        return False


def plain(folder: Path) -> dict[str, str]:
    """Give the environment of a service: nothing of this checkout's."""
    return {"PATH": "/usr/bin:/bin", "HOME": str(folder), "LANG": "C.UTF-8"}


async def test_from_an_empty_environment_to_an_alert(environment: Path) -> None:
    desk = environment.parent / "desk"
    desk.mkdir()
    nobody = may_be_nobody(environment / "bin/python")
    if nobody:
        os.chown(desk, NOBODY, NOBODY)
    program = environment / "bin/alertd"
    about: dict[str, Any] = {"cwd": desk, "env": plain(desk), "preexec_fn": lowered if nobody else limited}
    assert run(program, "--version", **about).split()[:2] == ["alertd", PROJECT["version"]]
    run(program, "init", ".", **about)
    assert run(program, "check", **about).startswith("fine: ")
    run(program, "test", **about)
    assert "alertd" in run(program, "completion", "bash", **about)
    with FaultServer() as world:
        arranged(desk, world)
        run(program, "check", **about)
        log = (desk / "alertd.log").open("wb")
        daemon = await asyncio.create_subprocess_exec(program, "run", stdout=log, stderr=log, **about)
        try:

            async def told() -> bool:
                assert daemon.returncode is None, (desk / "alertd.log").read_text()[-4000:]
                return bool(world.to("/hook"))

            await eventually(told, "the alert arrives", STARTED_S)
            assert b"Vega Grid cuts its guidance" in world.to("/hook")[0].body
            assert re.search(rf"^Uid:\s+{NOBODY if nobody else os.geteuid()}\b", status(daemon.pid), re.M)
            assert '"worst"' in await looked(program, about)
        finally:
            daemon.terminate()
            await asyncio.wait_for(daemon.wait(), STARTED_S)
            log.close()
    assert daemon.returncode == 0, (desk / "alertd.log").read_text()[-4000:]


def status(pid: int) -> str:
    return Path(f"/proc/{pid}/status").read_text()


async def looked(program: Path, about: dict[str, Any]) -> str:
    """Ask the doctor, which may find something to say of this machine."""
    asked = await asyncio.create_subprocess_exec(
        program, "doctor", "--offline", "--json", stdout=asyncio.subprocess.PIPE, **about
    )
    said, _ = await asked.communicate()
    return said.decode()


def arranged(desk: Path, world: FaultServer) -> None:
    """Let the settings that `init` wrote watch a feed of this machine, and tell a webhook of it."""
    feed = world.script("/feed", answer(rss(item("Vega Grid cuts its guidance"))))
    hook = world.script("/hook", answer(status=204))
    settings = yaml.safe_load((desk / "alertd.yaml").read_text())
    settings["sources"] = [
        {"id": "wire", "type": "feed", "url": feed, "every": "1s", "backlog": "all", "allow_private": True}
    ]
    settings["receivers"] = [
        {"id": receiver["id"], "type": "webhook", "url": hook, "secret": SECRET, "allow_private": True}
        for receiver in settings["receivers"]
    ]
    settings["web"]["bind"] = "127.0.0.1:0"
    (desk / "alertd.yaml").write_text(yaml.safe_dump(settings))
    (desk / "rules/portfolios/example.yaml").write_text(
        "portfolio: example\ntitle: Example\ntimezone: UTC\n"
        f"receivers: [{settings['receivers'][0]['id']}]\n"
        "rules:\n  - {id: cut, title: A cut, severity: high, when: {title: guidance}}\n"
    )
