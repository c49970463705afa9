"""Prometheus metrics of the gateway."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from crm_gateway.upstreams import Upstreams

_LATENCY = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

HTTP_SECONDS = Histogram(
    "crm_gateway_http_seconds", "Duration of HTTP requests", ["method", "route", "status"], buckets=_LATENCY
)
HTTP_IN_FLIGHT = Gauge("crm_gateway_http_in_flight", "HTTP requests being served")
SECTIONS = Counter("crm_gateway_customer360_sections", "Sections of customer-360 by state", ["section", "state"])
PAGES = Counter(
    "crm_gateway_customer360_pages", "Answers of customer-360 that were kept, or had to be made", ["result"]
)
STREAMS = Gauge("crm_gateway_streams", "Streams of changes that are open")
STREAM_ENDS = Counter("crm_gateway_stream_ends", "Streams of changes that have ended, by reason", ["reason"])
FEED_RUNNING = Gauge("crm_gateway_feed_running", "1 while events are followed")


class BreakerStates(Collector):
    """The state of every replica's breaker: 0 closed, 1 half-open, 2 open."""

    _STATES = {"closed": 0, "half-open": 1, "open": 2}

    def __init__(self, upstreams: Upstreams) -> None:
        self._upstreams = upstreams

    def collect(self) -> Iterable[Any]:
        states = GaugeMetricFamily(
            "crm_gateway_upstream_breaker", "0 closed, 1 half-open, 2 open", labels=["service", "replica"]
        )
        busy = GaugeMetricFamily("crm_gateway_upstream_in_flight", "Calls in flight", labels=["service", "replica"])
        for replica in self._upstreams.replicas():
            states.add_metric((replica.service, replica.address), self._STATES[replica.breaker.state])
            busy.add_metric((replica.service, replica.address), replica.in_flight)
        yield states
        yield busy
