import socket

from embedded.ports import free_port, is_free


def test_a_free_wish_is_granted() -> None:
    wished = free_port()
    assert free_port(wished) == wished


def test_instead_of_a_taken_port_another_is_given() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port: int = taken.getsockname()[1]
        assert not is_free(port)
        assert free_port(port) not in (port, 0)


def test_without_a_wish_any_port_is_given() -> None:
    assert is_free(free_port())
