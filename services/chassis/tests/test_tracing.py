"""Spans: nothing of it while off; ids, parents, errors and the last export while on."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest
from crm_chassis import tracing
from crm_chassis.testing.collector import Collector

GIVEN = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    with Collector() as found:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", found.url)
        tracing.start("sales")
        yield found
        tracing.stop()


def run(code: str, **env: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    done = subprocess.run([sys.executable, "-c", code], env=kept | env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "env", [{}, {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_SDK_DISABLED": "true"}]
)
def test_while_off_nothing_of_it_is_imported(env: dict[str, str]) -> None:
    code = f"""
import sys, crm_chassis.rpc.server, crm_chassis.bus.relay
from crm_chassis import tracing
tracing.start("sales")
with tracing.span("a", "server", {GIVEN!r}, request_id="r") as span:
    span.end("WRONG", status=500)
assert not tracing.on()
tracing.stop()
print(*[name for name in sys.modules if name.startswith("opentelemetry")])
"""
    assert run(code, **env).split() == []


def test_while_off_only_requests_get_an_id() -> None:
    assert not tracing.on()
    assert tracing.span("a", "client", GIVEN).traceparent == GIVEN
    served = tracing.span("a", "server", GIVEN).traceparent
    assert served.startswith("00-" + "a" * 32)
    assert served != GIVEN
    assert len(tracing.span("a", "server", "").traceparent) == len(GIVEN)


def test_parents(collector: Collector) -> None:
    with tracing.span("outer", "server", GIVEN, request_id="r.1", method="m") as outer:
        inner = tracing.span("inner", "client", outer.traceparent)
        inner.end(name="renamed", status=204)
        inner.end("a second end is no error")
    with tracing.span("first", "server", "no traceparent"):
        pass
    tracing.stop()
    found = {step.name: step for step in collector.steps}
    assert found.keys() == {"outer", "renamed", "first"}
    assert (found["outer"].service, found["outer"].kind, found["outer"].error) == ("crm-sales", "server", None)
    assert found["outer"].attributes == {"request_id": "r.1", "rpc.method": "m"}
    assert (found["outer"].trace_id, found["outer"].parent_id) == ("a" * 32, "b" * 16)
    assert outer.traceparent == f"00-{'a' * 32}-{found['outer'].span_id}-01"
    assert (found["renamed"].trace_id, found["renamed"].parent_id) == ("a" * 32, found["outer"].span_id)
    assert (found["renamed"].attributes, found["renamed"].error) == ({"http.response.status_code": 204}, None)
    assert found["first"].trace_id != "a" * 32
    assert found["first"].parent_id == ""


def test_an_exception_is_the_error_and_its_text_is_not_told(collector: Collector) -> None:
    with pytest.raises(ValueError, match="Ada Lovelace"), tracing.span("a", "consumer", GIVEN):
        raise ValueError("Ada Lovelace")
    tracing.span("b", "server", GIVEN).end("INTERNAL")
    tracing.stop()
    assert [(step.error, step.attributes) for step in collector.steps] == [("ValueError", {}), ("INTERNAL", {})]


def test_only_listed_attributes_are_taken(collector: Collector) -> None:
    with pytest.raises(KeyError):
        tracing.span("a", "server", GIVEN, email="ada@example.org")


def test_what_the_client_does_not_want_recorded_is_not(collector: Collector) -> None:
    unsampled = GIVEN.removesuffix("01") + "00"
    with tracing.span("a", "server", unsampled) as span:
        assert span.traceparent.endswith("-00")
    tracing.stop()
    assert collector.steps == []


def test_a_name_of_its_own(collector: Collector, monkeypatch: pytest.MonkeyPatch) -> None:
    tracing.stop()
    monkeypatch.setenv("OTEL_SERVICE_NAME", "elsewhere")
    tracing.start("sales")
    tracing.span("a", "server", GIVEN).end()
    tracing.stop()
    assert [step.service for step in collector.steps] == ["elsewhere"]


@pytest.mark.timeout(60)
def test_under_green_threads_spans_are_exported_in_the_background() -> None:
    code = f"""
from crm_chassis.bus.worker.patch import patch
patch()
import signal, eventlet.event
from crm_chassis import tracing
tracing.start("sales")
tracing.span("early", "producer", {GIVEN!r}).end()
told = eventlet.event.Event()
signal.signal(signal.SIGTERM, lambda *_: eventlet.spawn_after(0, told.send))
told.wait(60)
tracing.span("late", "consumer", {GIVEN!r}).end()
tracing.stop()
"""
    with Collector() as collector:
        env = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_BSP_SCHEDULE_DELAY": "50"}
        with subprocess.Popen([sys.executable, "-c", code], env=os.environ | env) as process:
            try:
                while not collector.steps:
                    with pytest.raises(subprocess.TimeoutExpired):
                        process.wait(0.05)
                process.terminate()
                assert process.wait(20) == 0
            finally:
                process.kill()
        assert [step.name for step in collector.steps] == ["early", "late"]


@pytest.mark.parametrize("patch", ["", "from crm_chassis.bus.worker.patch import patch; patch()"])
def test_a_collector_that_does_not_answer_does_not_keep_the_process(patch: str) -> None:
    code = f"""
{patch}
import time
from crm_chassis import tracing
tracing.start("sales")
tracing.span("a", "producer", {GIVEN!r}).end()
before = time.monotonic()
tracing.stop()
print(time.monotonic() - before)
"""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        took = float(run(code, OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{silent.getsockname()[1]}"))
        assert took < tracing.FLUSH_SECONDS + 1
