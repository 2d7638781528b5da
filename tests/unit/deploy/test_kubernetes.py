"""deploy/kubernetes, by Kubernetes' own schemas and by what a rollout, a drained node or an intruder meet."""

import json
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml

from chatServer.draining import LAST_WORDS_SECONDS
from chatServer.settings import SettingsRefused, load_settings
from fixtures.cluster import ROOT
from fixtures.deploy_files import (
    DEPLOY,
    OPERATORS,
    documented_settings,
    last_stage,
    lint,
    manifest,
    manifests,
    pods,
    pooler_settings,
)

FOLDER = DEPLOY / "kubernetes"
FILES = sorted(path for path in FOLDER.glob("*.yaml") if path.name != "kustomization.yaml")
# The oldest that may still be met, and the newest that there are schemas for.
VERSIONS = ("1.30", "1.37")
# Applied by hand: placeholders, and what runs once for each version.
BY_HAND = {"secrets.example.yaml", "migrate-job.yaml"}
# Storing what turns have said, when the database answers slowly.
STORING_SECONDS = 10
NAME = "app.kubernetes.io/name"


def validate(files: Iterable[Path], version: str) -> tuple[int, str]:
    return lint("kubernetes_validate", "--strict", "--quiet", "--kubernetes-version", version, *files)


def container(pod: dict[str, Any]) -> dict[str, Any]:
    (found,) = pod["spec"]["containers"]
    return found


def settings_of_the_cluster() -> dict[str, str]:
    return {**manifest("ConfigMap", "chat-server")["data"], **manifest("Secret", "chat-server")["stringData"]}


@pytest.mark.parametrize("version", VERSIONS)
def test_every_manifest_is_one_that_kubernetes_knows(version: str) -> None:
    code, said = validate(FILES, version)

    assert (code, said.strip()) == (0, "")


def test_the_schemas_would_find_a_mistake(tmp_path: Path) -> None:
    mistaken = tmp_path / "deployment.yaml"
    mistaken.write_text((FOLDER / "deployment.yaml").read_text().replace("readinessProbe:", "readyProbe:"))

    code, said = validate([mistaken], VERSIONS[-1])

    assert code != 0
    assert "readyProbe" in said


def test_what_is_applied_together_is_all_there_is() -> None:
    kustomization = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    job = container(manifest("Job", "migrate")["spec"]["template"])

    assert set(kustomization["resources"]) | BY_HAND == {path.name for path in FILES}
    images = {image["name"]: f"{image['newName']}:{image['newTag']}" for image in kustomization["images"]}
    assert set(images) == {container(pod)["image"] for name, pod in pods() if name != "migrate"}
    assert job["image"] == images["clarity"]
    assert all(image.endswith(f":{version}") for image in images.values())
    spaced = [one for one in manifests() if one["kind"] not in ("Kustomization", "Namespace")]
    assert {one["metadata"]["namespace"] for one in spaced} == {kustomization["namespace"]}


def test_a_server_starts_with_these_settings_once_the_placeholders_are_filled_in() -> None:
    given = settings_of_the_cluster()

    assert set(given) <= documented_settings()
    secret = manifest("Secret", "chat-server")["stringData"]
    settings = load_settings({**given, **{name: OPERATORS[name] for name in secret}})
    assert settings.host == "0.0.0.0"
    # What the example's URL says beside the password is right as it stands.
    port = pooler_settings()["listen_port"]
    assert secret["DATABASE_URL"] == f"postgresql://clarity_server:<password>@pgbouncer:{port}/postgres"


@pytest.mark.parametrize(
    "name", ["DATABASE_URL", "CLARITY_CREDENTIALS_KEY", "CLARITY_METRICS_TOKEN", "OPENAI_API_KEY"]
)
def test_a_placeholder_that_was_left_is_refused_by_name(name: str) -> None:
    given = settings_of_the_cluster()
    filled = {one: OPERATORS[one] for one in manifest("Secret", "chat-server")["stringData"] if one != name}

    with pytest.raises(SettingsRefused, match=f"^{name} "):
        load_settings({**given, **filled})


def test_whatever_is_referred_to_exists() -> None:
    there = {(one["kind"], one.get("metadata", {}).get("name")) for one in manifests()}
    kinds = {"configMapRef": "ConfigMap", "secretRef": "Secret", "secretKeyRef": "Secret"}
    for _, pod in pods():
        text = json.dumps(pod)
        for key, name in re.findall(r'"(configMapRef|secretRef|secretKeyRef)": \{"name": "([^"]+)"', text):
            assert (kinds[key], name) in there
        for volume in pod["spec"].get("volumes", ()):
            if "configMap" in volume:
                assert ("ConfigMap", volume["configMap"]["name"]) in there
            if "secret" in volume:
                assert ("Secret", volume["secret"]["secretName"]) in there


def test_selectors_and_ports_meet_the_pods_that_they_mean() -> None:
    labels = {name: pod["metadata"]["labels"] for name, pod in pods()}
    ports = {
        name: {port["name"]: port["containerPort"] for port in container(pod).get("ports", ())}
        for name, pod in pods()
    }
    for name in ("chat-server", "pgbouncer"):
        service = manifest("Service", name)["spec"]
        assert service["selector"].items() <= labels[name].items()
        assert {port["targetPort"] for port in service["ports"]} <= set(ports[name])
        deployment = manifest("Deployment", name)["spec"]
        assert deployment["selector"]["matchLabels"].items() <= labels[name].items()
        budget = manifest("PodDisruptionBudget", name)["spec"]
        assert budget["selector"]["matchLabels"].items() <= labels[name].items()
        assert budget["maxUnavailable"] < deployment["replicas"]
        policy = manifest("NetworkPolicy", name)["spec"]
        assert policy["podSelector"]["matchLabels"].items() <= labels[name].items()
        assert {port["port"] for rule in policy["ingress"] for port in rule["ports"]} <= set(ports[name])
    assert ports["chat-server"]["http"] == int(settings_of_the_cluster()["CLARITY_PORT"])
    assert ports["pgbouncer"]["pgbouncer"] == int(pooler_settings()["listen_port"])


def test_probes_ask_what_the_server_answers_and_the_liveness_nobody_else() -> None:
    paths = json.loads((ROOT / "chatServer" / "openapi.json").read_text())["paths"]
    server = container(manifest("Deployment", "chat-server")["spec"]["template"])
    asked = {kind: server[f"{kind}Probe"]["httpGet"]["path"] for kind in ("startup", "liveness", "readiness")}

    assert set(asked.values()) <= set(paths)
    assert asked == {"startup": "/health", "liveness": "/health", "readiness": "/ready"}


def test_a_rollout_takes_nothing_away_and_leaves_turns_the_time_to_end() -> None:
    spec = manifest("Deployment", "chat-server")["spec"]
    pod = spec["template"]["spec"]
    command = container(spec["template"])["lifecycle"]["preStop"]["exec"]["command"]
    (before_stop,) = map(int, re.findall(r"\d+", command[-1]))
    grace = int(settings_of_the_cluster()["CLARITY_SHUTDOWN_GRACE_SECONDS"])

    assert spec["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}
    assert before_stop >= 5
    assert pod["terminationGracePeriodSeconds"] >= before_stop + grace + LAST_WORDS_SECONDS + STORING_SECONDS


def test_as_many_servers_as_there_may_be_fit_the_pooler() -> None:
    scaler = manifest("HorizontalPodAutoscaler", "chat-server")["spec"]
    deployment = manifest("Deployment", "chat-server")["spec"]
    each = int(settings_of_the_cluster()["CLARITY_DATABASE_POOL_MAX"])

    assert scaler["scaleTargetRef"]["name"] == "chat-server"
    assert scaler["minReplicas"] == deployment["replicas"]
    # One more during a rollout; and all of them may meet at one pooler while the other is gone.
    assert (scaler["maxReplicas"] + 1) * each <= int(pooler_settings()["max_client_conn"])


@pytest.mark.parametrize("name", ["chat-server", "pgbouncer", "migrate"])
def test_a_pod_asks_for_no_more_than_the_restricted_standard_gives(name: str) -> None:
    pod = next(pod for found, pod in pods() if found == name)
    spec, inside = pod["spec"], container(pod)
    dockerfile = DEPLOY / ("pgbouncer/Dockerfile" if name == "pgbouncer" else "Dockerfile")
    user = next(one.arguments for one in last_stage(dockerfile) if one.name == "USER")

    assert spec["automountServiceAccountToken"] is False
    assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec)
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert f"{spec['securityContext']['runAsUser']}:{spec['securityContext']['runAsGroup']}" == user
    assert inside["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {"cpu", "memory"} <= set(inside["resources"]["requests"])
    assert "memory" in inside["resources"]["limits"]
    assert not any("hostPath" in volume for volume in spec["volumes"])
    namespace = manifest("Namespace", "clarity")["metadata"]["labels"]
    assert namespace["pod-security.kubernetes.io/enforce"] == "restricted"


def test_the_pooler_s_files_are_where_it_reads_them() -> None:
    mounts = container(manifest("Deployment", "pgbouncer")["spec"]["template"])["volumeMounts"]
    text = (DEPLOY / "pgbouncer" / "pgbouncer.ini").read_text()

    assert {mount["mountPath"] for mount in mounts} == set(
        re.findall(r"^(?:%include |auth_file = )(\S+)$", text, re.MULTILINE)
    )
    assert manifest("ConfigMap", "pgbouncer")["data"]["databases.ini"].startswith("[databases]\n* = host=")
    assert manifest("Secret", "pgbouncer")["stringData"]["userlist.txt"] == '"clarity_server" "<password>"\n'


def test_what_no_policy_names_is_closed() -> None:
    everybody = manifest("NetworkPolicy", "names-only")["spec"]
    rules = {one["metadata"]["name"]: one["spec"] for one in manifests() if one["kind"] == "NetworkPolicy"}

    assert everybody["podSelector"] == {}
    assert everybody["policyTypes"] == ["Ingress", "Egress"]
    assert "ingress" not in everybody
    assert {port["port"] for rule in everybody["egress"] for port in rule["ports"]} == {53}
    blocks = [
        to["ipBlock"]
        for spec in rules.values()
        for rule in spec.get("egress", ())
        for to in rule["to"]
        if "ipBlock" in to
    ]
    # Cloud metadata and private networks, for a tool that was led there.
    assert all(
        {"169.254.0.0/16", "10.0.0.0/8"} <= set(block["except"]) for block in blocks if "." in block["cidr"]
    )
    assert blocks
    (source,) = rules["pgbouncer"]["ingress"][0]["from"]
    assert source["podSelector"]["matchLabels"] == {NAME: "chat-server"}
    assert rules["postgres"]["podSelector"]["matchExpressions"][0]["values"] == ["pgbouncer", "migrate"]


def test_only_the_migration_logs_in_as_the_owner() -> None:
    users = {name for name, pod in pods() if "database-owner" in json.dumps(pod)}

    assert users == {"migrate"}
    assert "pgbouncer:6432" not in manifest("Secret", "database-owner")["stringData"]["DATABASE_URL"]
