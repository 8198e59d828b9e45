"""The headers that tracing systems and load balancers write, by vendor: one generator each, as their documents say."""

import base64
from collections.abc import Callable, Mapping
from random import Random
from typing import Final

Headers = dict[str, str]


def _datadog(random: Random) -> Headers:
    trace, parent = random.getrandbits(64), random.getrandbits(63)
    return {
        "x-datadog-trace-id": f"{trace}",
        "x-datadog-parent-id": f"{parent}",
        "x-datadog-sampling-priority": random.choice(("-1", "0", "1", "2")),
        "x-datadog-origin": "rum",
        "x-datadog-tags": f"_dd.p.tid={random.getrandbits(32):08x}00000000,_dd.p.dm=-1",
        "traceparent": f"00-{random.getrandbits(64):016x}{trace:016x}-{parent:016x}-01",
        "tracestate": f"dd=s:1;t.dm:-1;p:{parent:016x}",
    }


def _x_ray(random: Random) -> Headers:
    root = f"1-{random.getrandbits(32):08x}-{random.getrandbits(96):024x}"
    return {"x-amzn-trace-id": f"Root={root};Parent={random.getrandbits(64):016x};Sampled=1"}


def _google(random: Random) -> Headers:
    return {"x-cloud-trace-context": f"{random.getrandbits(128):032x}/{random.getrandbits(64)};o=1"}


def _w3c(random: Random) -> Headers:
    vendor = base64.b64encode(random.randbytes(8)).decode().rstrip("=")
    return {
        "traceparent": f"00-{random.getrandbits(128):032x}-{random.getrandbits(64):016x}-01",
        "tracestate": f"congo={vendor},rojo={random.getrandbits(64):016x}",
        "baggage": f"userId={random.getrandbits(40)},node={random.randrange(100)},startedAt={random.getrandbits(64)}",
    }


def _b3(random: Random) -> Headers:
    trace, span, parent = random.getrandbits(128), random.getrandbits(64), random.getrandbits(64)
    return {
        "x-b3-traceid": f"{trace:032x}",
        "x-b3-spanid": f"{span:016x}",
        "x-b3-parentspanid": f"{parent:016x}",
        "x-b3-sampled": "1",
        "b3": f"{trace:032x}-{span:016x}-1-{parent:016x}",
    }


def _jaeger(random: Random) -> Headers:
    return {"uber-trace-id": f"{random.getrandbits(128):x}:{random.getrandbits(64):x}:{random.getrandbits(64):x}:1"}


def _sentry(random: Random) -> Headers:
    trace = f"{random.getrandbits(128):032x}"
    return {
        "sentry-trace": f"{trace}-{random.getrandbits(64):016x}-1",
        "baggage": f"sentry-trace_id={trace},sentry-sample_rate={random.random()},sentry-sample_rand={random.random()}",
    }


def _new_relic(random: Random) -> Headers:
    payload = f'{{"v":[0,1],"d":{{"ti":{random.randrange(10**12, 2 * 10**12)},"tr":"{random.getrandbits(128):032x}"}}}}'
    return {"newrelic": base64.b64encode(payload.encode()).decode()}


def _load_balancer(random: Random) -> Headers:
    at = random.randrange(1_577_836_800_000_000, 1_956_528_000_000_000)
    return {"x-request-start": f"t={at}", "x-queue-start": f"{at}", "x-request-id": f"{random.getrandbits(128):032x}"}


VENDORS: Final[Mapping[str, Callable[[Random], Headers]]] = {
    "Datadog": _datadog,
    "AWS X-Ray": _x_ray,
    "Google Cloud Trace": _google,
    "W3C Trace Context": _w3c,
    "B3 (Zipkin)": _b3,
    "Jaeger": _jaeger,
    "Sentry": _sentry,
    "New Relic": _new_relic,
    "x-request-start of load balancers": _load_balancer,
}
"""Vendor to the headers of one request."""
