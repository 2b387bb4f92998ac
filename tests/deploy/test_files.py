"""The files of a production set-up agree with the program and with each other.

Containers cannot be run where these tests run: what is parsed here was not started.
"""

import configparser
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from cms.processes import PROCESSES
from cms.production import missing
from tests.test_readme import settings_read

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "compose.yaml").read_text())


def unit(name: str) -> configparser.ConfigParser:
    """Read a unit; of options that come several times the last stays."""
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(DEPLOY / "systemd" / name)
    return parser


def example() -> dict[str, str]:
    lines = (DEPLOY / "settings.env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_every_process_is_a_service_of_the_containers(compose):
    services = compose["services"]
    started = {
        service["command"][1]: service
        for service in services.values()
        if service.get("command", [""])[0] == "start"
    }

    assert set(started) == set(PROCESSES)
    for service in [*started.values(), services["prepare"]]:
        assert service["image"] == "redaktion"
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
    assert {name for name, service in services.items() if "ports" in service} == {"proxy"}


def test_containers_refer_only_to_what_is_there(compose):
    volumes, networks, secrets = (set(compose[k]) for k in ("volumes", "networks", "secrets"))
    for name, service in compose["services"].items():
        assert set(service["networks"]) <= networks, name
        assert set(service.get("secrets", [])) <= secrets, name
        assert set(service.get("depends_on", {})) <= set(compose["services"]), name
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in volumes or (ROOT / source).exists(), volume
    assert "appendonly yes" in (DEPLOY / "redis" / "redis.conf").read_text()
    assert compose["networks"]["inside"]["internal"] is True
    subnet = compose["networks"]["inside"]["ipam"]["config"][0]["subnet"]
    assert compose["services"]["web"]["environment"]["TRUSTED_PROXIES"] == subnet


def test_the_image_has_two_stages_and_is_run_by_nobody_special():
    lines = [line.split() for line in (ROOT / "Dockerfile").read_text().splitlines() if line]
    words = [(line[0], line[1:]) for line in lines if line[0].isupper()]

    assert [first for first, _ in words].count("FROM") == 2
    assert [rest for first, rest in words if first == "USER"][-1] == ["redaktion"]
    assert words[-1] == ("CMD", ['["start",', '"web"]'])
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {".git", "var", "tests", ".venv"} <= set(ignored)
    # No secret is baked in: neither what compose.yaml reads nor what lies beside it.
    assert {"deploy/settings.env", "deploy/secrets"} <= set(ignored)


def test_what_the_example_says_of_one_machine_does_not_reach_the_containers():
    text = (DEPLOY / "settings.env.example").read_text()
    section = text.partition("# Without containers only")[2].partition("\n\n")[0]
    alone = {line.partition("=")[0] for line in section.splitlines() if line[:1].isupper()}
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text())
    given = compose["services"]["web"]["environment"]

    assert alone
    assert {name for name in alone if name not in given and f"{name}_FILE" not in given} == set()


def test_settings_of_the_example_are_settings_and_make_a_production_start(monkeypatch):
    settings = example()

    assert set(settings) <= settings_read()
    for name in ("SECRET_KEY", "CONSENT_KEY", "METRICS_TOKEN"):
        assert settings[name] == "", "a secret has no example"
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    for name in ("SECRET_KEY_FILE", "CONSENT_KEY_FILE", "DEBUG"):
        monkeypatch.delenv(name, raising=False)
    assert [said.split()[0] for said in missing()] == ["SECRET_KEY", "CONSENT_KEY"]


def test_the_units_start_every_process_of_the_table():
    target = (DEPLOY / "systemd" / "redaktion.target").read_text()
    wanted = re.findall(r"redaktion@(\w+)\.service", target)
    service = unit("redaktion@.service")["Service"]

    assert set(wanted) == set(PROCESSES) - {"web"}
    ports = re.findall(r"redaktion-web@(\d+)\.service", target)
    nginx = (DEPLOY / "nginx" / "redaktion.conf").read_text()
    assert re.findall(r"server 127\.0\.0\.1:(\d+)", nginx) == ports
    assert unit("redaktion-web@.service")["Service"]["ExecStart"].endswith("start web")
    assert service["ExecStart"].endswith("manage.py start %i")
    assert service["User"] == "redaktion"
    longest = max(process.stop_seconds for process in PROCESSES.values())
    assert int(service["TimeoutStopSec"]) > longest


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_units_can_be_read_and_say_what_they_are(path):
    assert unit(path.name)["Unit"]["Description"].startswith("Redaktion")


def test_no_proxy_writes_a_clients_address_down():
    nginx = (DEPLOY / "nginx" / "redaktion.conf").read_text()
    caddy = (DEPLOY / "caddy" / "Caddyfile").read_text()

    [log_format] = re.findall(r"log_format redaktion '(.+)'", nginx)
    assert not re.search(r"remote_|http_|realip|forwarded|request_uri|\$request ", log_format)
    assert set(re.findall(r"access_log (\S+ ?\S*);", nginx)) == {
        "off",
        "/var/log/nginx/redaktion.access.log redaktion",
    }
    # above emerg nginx writes the client into its lines
    assert set(re.findall(r"error_log \S+ (\w+);", nginx)) == {"emerg"}
    for field in ("remote_ip", "client_ip", "headers"):
        assert f"request>{field} delete" in caddy
    assert "output file" not in caddy
