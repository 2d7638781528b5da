import pytest

from core.tools.hosts import HostRules, Origin

ALLOWED = [
    ("api.example.com", "https://api.example.com"),
    ("API.Example.com", "https://api.example.com:443"),
    ("api.example.com:8443", "https://api.example.com:8443"),
    ("*.example.com", "https://a.b.example.com"),
    ("*", "https://anything.example"),
    ("93.184.215.14", "https://93.184.215.14"),
    ("http://127.0.0.1:9000", "http://127.0.0.1:9000"),
    ("https://[::1]:9000", "https://[::1]:9000"),
]
NOT_ALLOWED = [
    ("api.example.com", "http://api.example.com"),
    ("api.example.com", "https://api.example.com:8443"),
    ("api.example.com", "https://example.com"),
    ("api.example.com", "https://api.example.com.evil.example"),
    ("*.example.com", "https://example.com"),
    ("*.example.com", "https://evilexample.com"),
    ("*", "http://anything.example"),
    ("*", "https://93.184.215.14"),
    ("http://127.0.0.1:9000", "http://127.0.0.1:9001"),
    ("http://127.0.0.1:9000", "https://127.0.0.1:9000"),
]
NO_ORIGINS = [
    "https://",
    "ftp://example.com",
    "https://user:pass@example.com",
    "https://example.com@evil.example",
    "https://example.com#evil.example",
    "https://example.com\\evil.example",
    "https://exa mple.com",
    "https://example.com\r\nHost: evil.example",
    "https://éxample.com",
    "https://ⓛocalhost",
    "https://example.com.",
    "https://-example.com",
    "https://2130706433",
    "https://0x7f000001",
    "https://0x7f.1",
    "https://0177.0.0.1",
    "https://127.1",
    "https://1.2.3.4.5",
    "https://[::ffff:127.0.0.1%25eth0]",
    "https://example.com:99999",
    "https://example.com:0",
    "https://{host}",
]


@pytest.mark.parametrize(("entry", "origin"), ALLOWED)
def test_an_entry_allows_what_it_names(entry: str, origin: str) -> None:
    assert HostRules.of([entry]).rule_for(Origin.of(origin))


@pytest.mark.parametrize(("entry", "origin"), NOT_ALLOWED)
def test_an_entry_allows_nothing_else(entry: str, origin: str) -> None:
    assert HostRules.of([entry]).rule_for(Origin.of(origin)) is None


@pytest.mark.parametrize("text", NO_ORIGINS)
def test_what_hides_its_host_is_no_origin(text: str) -> None:
    with pytest.raises(ValueError, match=r"must begin|names the host|has the port"):
        Origin.of(text)


@pytest.mark.parametrize("entry", ["", "*.", "*.com.", "**", "*.1.2.3.4", "a.*.com", "http://*", "127.1"])
def test_an_entry_that_cannot_be_read_is_refused_by_its_name(entry: str) -> None:
    with pytest.raises(ValueError, match="the entry '"):
        HostRules.of(["fine.example", entry])


def test_nothing_is_allowed_by_an_empty_list() -> None:
    assert HostRules().rule_for(Origin.of("https://example.com")) is None


def test_a_rule_that_vouches_comes_before_one_that_only_allows() -> None:
    rule = HostRules.of(["*", "https://intranet.example"]).rule_for(Origin.of("https://intranet.example"))

    assert rule
    assert rule.is_vouched


def test_an_origin_is_written_as_a_browser_writes_it() -> None:
    assert str(Origin.of("HTTPS://Example.com:443".replace("HTTPS", "https"))) == "https://example.com"
    assert str(Origin.of("http://[::1]:80/")) == "http://[::1]"
    assert str(Origin.of("http://127.0.0.1:9000")) == "http://127.0.0.1:9000"
