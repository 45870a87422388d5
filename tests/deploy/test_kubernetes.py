"""The manifests for Kubernetes: by its schema, and as alertd itself reads them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from alertd import __version__
from alertd.app.snapshot import all_faults
from alertd.app.state import ROLES
from alertd.cli.rules import SHIPPED
from tests.docs.pages import ROOT

FOLDER = ROOT / "deploy/kubernetes"
FILES = sorted(FOLDER.glob("*.yaml"))
DOCUMENTS: list[dict[str, Any]] = [one for file in FILES for one in yaml.safe_load_all(file.read_text())]
BY_NAME = {(one["kind"], one["metadata"]["name"]): one for one in DOCUMENTS}
WORKLOADS = {one["metadata"]["name"]: one for one in DOCUMENTS if one["kind"] in ("Deployment", "StatefulSet")}
OURS = [name for name in WORKLOADS if name != "redis"]


def pod(name: str) -> dict[str, Any]:
    found: dict[str, Any] = WORKLOADS[name]["spec"]["template"]["spec"]
    return found


def containers(name: str) -> list[dict[str, Any]]:
    return [*pod(name).get("initContainers", ()), *pod(name)["containers"]]


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.name))
def test_kubernetes_takes_it_by_its_schema(file: Path) -> None:
    validate = pytest.importorskip("kubernetes_validate", reason="kubernetes-validate is not installed (PyPI)")
    for document in yaml.safe_load_all(file.read_text()):
        validate.validate(document, validate.latest_version(), strict=True)


def test_the_schema_would_find_a_slip() -> None:
    validate = pytest.importorskip("kubernetes_validate", reason="kubernetes-validate is not installed (PyPI)")
    slip = yaml.safe_load((FOLDER / "namespace.yaml").read_text()) | {"mettadata": {}}
    with pytest.raises(validate.ValidationError):
        validate.validate(slip, validate.latest_version(), strict=True)


def test_together_they_have_every_role() -> None:
    words = [pod(name)["containers"][0]["args"] for name in OURS]
    assert {word for args in words for word in args[args.index("--only") :] if word != "--only"} == set(ROLES)
    assert all("web" in args for args in words), "each answers its probes"
    assert ("StatefulSet", "desk") in BY_NAME, "an archive has one writer, and a disk"


@pytest.mark.parametrize("name", WORKLOADS)
def test_a_pod_is_as_the_restricted_profile_asks(name: str) -> None:
    """Kubernetes' Pod Security Standards, "restricted", which the namespace enforces."""
    spec = pod(name)
    assert spec["automountServiceAccountToken"] is False
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    for one in containers(name):
        context = one["securityContext"]
        assert (context["allowPrivilegeEscalation"], context["readOnlyRootFilesystem"]) == (False, True)
        assert context["capabilities"] == {"drop": ["ALL"]}
        assert "memory" in one["resources"]["limits"] and "cpu" not in one["resources"]["limits"]
        assert ":" in one["image"].rpartition("/")[2] and not one["image"].endswith(":latest")
        mounted = {mount["name"] for mount in one["volumeMounts"]}
        claims = {claim["metadata"]["name"] for claim in WORKLOADS[name]["spec"].get("volumeClaimTemplates", ())}
        assert mounted <= {volume["name"] for volume in spec["volumes"]} | claims
    for volume in spec["volumes"]:
        assert volume.get("secret", {}).get("defaultMode", 0o440) == 0o440


@pytest.mark.parametrize("name", OURS)
def test_probes_ask_what_alertd_answers(name: str) -> None:
    (one,) = pod(name)["containers"]
    answered = set(re.findall(r"^\| `GET (/\w+)` \|", (ROOT / "docs/api.md").read_text(), re.M))
    asked = {probe: one[probe]["httpGet"] for probe in ("startupProbe", "livenessProbe", "readinessProbe")}
    assert {probe: get["path"] for probe, get in asked.items()} == {
        "startupProbe": "/healthz", "livenessProbe": "/healthz", "readinessProbe": "/readyz",
    }  # fmt: skip
    assert {get["path"] for get in asked.values()} <= answered
    assert {get["scheme"] for get in asked.values()} == {"HTTPS"}, "where others ask, it speaks TLS"
    (port,) = one["ports"]
    assert {get["port"] for get in asked.values()} == {port["name"]}
    assert pod(name)["terminationGracePeriodSeconds"] >= 30, "drain, and ten seconds more"
    assert one["image"].endswith(f":{__version__}")


def test_all_workloads_of_ours_are_alike_but_for_their_roles() -> None:
    """What protects one protects all: they differ in name, roles, processors, disk and number."""

    def bare(name: str) -> dict[str, Any]:
        spec = yaml.safe_load(yaml.safe_dump(pod(name)))
        (one,) = spec["containers"]
        one["args"] = one["args"][: one["args"].index("--only")]
        del one["resources"]["requests"]["cpu"]
        spec.pop("topologySpreadConstraints", None)
        spec["volumes"] = [volume for volume in spec["volumes"] if volume["name"] != "state"]
        found: dict[str, Any] = spec
        return found

    assert all(bare(name) == bare(OURS[0]) for name in OURS)


def test_alertd_takes_settings_and_portfolios(tmp_path: Path) -> None:
    """With every path as the pods have it: what is mounted where, the library beside the portfolios."""
    (one,) = pod("match")["containers"]
    mounts = {mount["name"]: mount["mountPath"] for mount in one["volumeMounts"]}
    assert one["args"][2] == f"{mounts['settings']}/alertd.yaml"
    text = BY_NAME["ConfigMap", "alertd-settings"]["data"]["alertd.yaml"]
    settings = yaml.safe_load(text)
    assert settings["state_dir"] == mounts["state"]
    assert f"{settings['rules']}/portfolios" == mounts["portfolios"]
    assert settings["redis_file"].startswith(mounts["redis"])
    assert settings["web"]["tls"]["cert"].startswith(mounts["tls"])
    assert settings["web"]["bind"].endswith(f":{one['ports'][0]['containerPort']}")
    rules = tmp_path / "rules"
    rules.mkdir()
    for folder in SHIPPED.iterdir():
        if folder.name != "portfolios":
            (rules / folder.name).symlink_to(folder)
    (rules / "portfolios").mkdir()
    for name, portfolio in BY_NAME["ConfigMap", "alertd-portfolios"]["data"].items():
        (rules / "portfolios" / name).write_text(portfolio)
    for name, secret in {"redis/url": "redis://:pw@redis:6379/0", "alertd/web_token": "0" * 32,
                         "alertd/slack_desk": "https://hooks.slack.com/services/T0/B0/x"}.items():  # fmt: skip
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(secret)
        (tmp_path / name).chmod(0o600)
    (tmp_path / "alertd.yaml").write_text(
        text.replace("/run/secrets", str(tmp_path))
        .replace("/etc/alertd/rules", str(rules))
        .replace("/var/lib", str(tmp_path))
    )
    loaded, faults = all_faults(tmp_path / "alertd.yaml", {})
    assert loaded is not None, faults
    assert [fault for fault in faults if fault.severity != "notice"] == []
    assert [one.id for one in loaded.snapshot.book.portfolios] == ["example"]


def test_one_of_two_may_go_at_any_time() -> None:
    for name in OURS:
        many = WORKLOADS[name]["spec"]["replicas"]
        assert (many > 1) == (("PodDisruptionBudget", name) in BY_NAME)
        if many > 1:
            budget = BY_NAME["PodDisruptionBudget", name]["spec"]
            assert 0 < budget["minAvailable"] < many
            assert chosen_by(budget["selector"]) == [name]


def chosen_by(selector: dict[str, Any]) -> list[str]:
    """Name the workloads whose pods a selector means."""
    wanted = selector.get("matchLabels", selector)
    labels = {name: one["spec"]["template"]["metadata"]["labels"] for name, one in WORKLOADS.items()}
    return [name for name, its in labels.items() if all(its.get(key) == value for key, value in wanted.items())]


def test_nobody_speaks_to_anybody_who_is_not_named() -> None:
    policies = {name: one["spec"] for (kind, name), one in BY_NAME.items() if kind == "NetworkPolicy"}
    assert policies["nothing"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    assert chosen_by(policies["redis"]["podSelector"]) == ["redis"]
    assert "egress" not in policies["redis"]
    ((peer,),) = (rule["from"] for rule in policies["redis"]["ingress"])
    assert sorted(chosen_by(peer["podSelector"])) == sorted(OURS)
    assert sorted(chosen_by(policies["alertd"]["podSelector"])) == sorted(OURS)
    assert chosen_by(policies["desk"]["podSelector"]) == ["desk"]
    (metadata,) = (
        b for rule in policies["alertd"]["egress"] for p in rule["to"] if "except" in (b := p.get("ipBlock", {}))
    )
    assert "169.254.0.0/16" in metadata["except"], "nor the cloud's own services"


def test_services_lead_to_pods_and_their_ports() -> None:
    for (kind, name), one in BY_NAME.items():
        if kind == "Service":
            (target,) = chosen_by(one["spec"]["selector"])
            ports = {port["name"]: port["containerPort"] for port in pod(target)["containers"][0]["ports"]}
            for port in one["spec"]["ports"]:
                assert port.get("targetPort", port["name"]) in ports, name
    assert "redis:6379" in (FOLDER / "README.md").read_text()


def test_redis_is_one_that_alertd_takes() -> None:
    (one,) = pod("redis")["containers"]
    args = one["args"]
    flags = {args[i]: args[i + 1] for i in range(0, len(args), 2)}
    assert (flags["--appendonly"], flags["--appendfsync"]) == ("yes", "always")
    assert flags["--maxmemory-policy"] == "noeviction"


def test_the_page_names_every_file_and_secret() -> None:
    page = (FOLDER / "README.md").read_text()
    assert set(re.findall(r"\]\(([a-z]+\.yaml)\)", page)) == {file.name for file in FILES}
    secrets = {v["secret"]["secretName"] for name in WORKLOADS for v in pod(name)["volumes"] if "secret" in v}
    assert secrets == set(re.findall(r"secret (?:generic|tls) ([a-z-]+)", page))
