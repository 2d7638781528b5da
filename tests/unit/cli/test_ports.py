"""Ports are remembered per checkout, and moved when another program has them."""

import socket
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from cli.errors import UsageRefused
from cli.ports import Ports, choose_ports, remember_ports, remembered_ports
from cli.project import Project
from embedded.ports import free_port


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which another program listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def project(home: Path, environment: Mapping[str, str] | None = None) -> Project:
    return Project(root=home, home=home, environment=environment or {})


def test_the_defaults_are_the_ones_that_people_know(tmp_path: Path) -> None:
    assert remembered_ports(tmp_path) == Ports(api=8000, supabase=54321, postgres=54322)


def test_free_ports_are_chosen_again(tmp_path: Path) -> None:
    ports = Ports(api=free_port(), supabase=free_port(), postgres=free_port())
    remember_ports(tmp_path, ports)

    assert choose_ports(project(tmp_path)) == ports


def test_a_taken_port_is_moved_and_the_others_stay(tmp_path: Path, taken: int) -> None:
    remember_ports(tmp_path, Ports(api=taken, supabase=free_port(), postgres=free_port()))

    chosen = choose_ports(project(tmp_path))

    assert chosen.api != taken
    assert chosen.supabase == remembered_ports(tmp_path).supabase


def test_no_port_is_chosen_twice(tmp_path: Path, taken: int) -> None:
    remember_ports(tmp_path, Ports(api=taken, supabase=taken, postgres=taken))

    chosen = choose_ports(project(tmp_path))

    assert len({taken, chosen.api, chosen.supabase, chosen.postgres}) == 4


def test_a_damaged_file_means_the_defaults(tmp_path: Path) -> None:
    for content in ("{", "[1]", '{"api": 1, "nonsense": 2}'):
        (tmp_path / "ports.json").write_text(content)
        assert remembered_ports(tmp_path) == Ports()


def test_an_explicit_port_is_used(tmp_path: Path) -> None:
    port = free_port()

    assert choose_ports(project(tmp_path, {"CLARITY_PORT": str(port)})).api == port


@pytest.mark.parametrize("text", ["http", "0", "65536", "-1", "8000.0"])
def test_an_explicit_port_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageRefused, match="CLARITY_PORT"):
        choose_ports(project(tmp_path, {"CLARITY_PORT": text}))


def test_an_explicit_port_that_is_taken_is_refused_and_not_moved(tmp_path: Path, taken: int) -> None:
    with pytest.raises(UsageRefused, match="another program"):
        choose_ports(project(tmp_path, {"CLARITY_PORT": str(taken)}))
