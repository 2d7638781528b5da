import re
from pathlib import Path

import pytest

from embedded.errors import GatewayError
from embedded.gateway import Gateway, publishable_key, service_role_key

SECRET = "s" * 40


def test_keys_have_the_form_that_supabase_gives_them() -> None:
    assert re.fullmatch(r"sb_publishable_\w{22}_\w{8}", publishable_key(SECRET), re.ASCII)
    assert re.fullmatch(r"sb_secret_\w{22}_\w{8}", service_role_key(SECRET), re.ASCII)


def test_keys_follow_from_the_secret_and_not_from_each_other() -> None:
    assert publishable_key(SECRET) == publishable_key(SECRET)
    assert publishable_key(SECRET) != publishable_key(SECRET + "t")
    assert (
        publishable_key(SECRET).rpartition("publishable_")[2]
        != service_role_key(SECRET).rpartition("secret_")[2]
    )
    assert SECRET not in publishable_key(SECRET)


def test_a_gateway_that_was_not_started_has_no_address(tmp_path: Path) -> None:
    gateway = Gateway(
        tmp_path / "host.mjs", database_url="", jwt_secret=SECRET, port=None, log_file=tmp_path / "log"
    )
    assert not gateway.is_running()
    assert gateway.pid is None
    with pytest.raises(GatewayError, match="not been started"):
        _ = gateway.url
    gateway.stop()


def test_a_program_that_ends_at_once_is_reported_with_its_log(tmp_path: Path) -> None:
    broken = tmp_path / "host.mjs"
    broken.write_text("console.error('no such thing'); process.exit(3)")
    gateway = Gateway(broken, database_url="", jwt_secret=SECRET, port=None, log_file=tmp_path / "log")
    with pytest.raises(GatewayError, match="no such thing"):
        gateway.start()
    assert not gateway.is_running()
