"""Connections to a database end when nobody is at the other end any more."""

from __future__ import annotations

import socket
from typing import Any


def test_both_ends_of_a_connection_notice_that_the_other_has_vanished(engine: Any) -> None:
    with engine.connect() as connection:
        driver = connection.connection.dbapi_connection
        server = {
            name: driver.execute(f"SHOW {name}").fetchone()[0]
            for name in ("tcp_user_timeout", "tcp_keepalives_idle", "tcp_keepalives_interval", "tcp_keepalives_count")
        }
        with socket.socket(fileno=socket.dup(driver.fileno())) as ours:
            client = {
                name: ours.getsockopt(socket.IPPROTO_TCP, getattr(socket, name))
                for name in ("TCP_USER_TIMEOUT", "TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT")
            }
            assert ours.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    assert list(client.values()) == [10_000, 10, 5, 2]
    assert list(server.values()) == ["10000", "10", "5", "2"]
