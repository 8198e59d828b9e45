"""Posts the transaction with requests within a trace: of ddtrace, Sentry, or OpenTelemetry with a propagator."""

import json
import sys

tracer, url, api_key, idempotency_key, text = sys.argv[1:]
if tracer == "ddtrace":
    from ddtrace import patch
    from ddtrace.trace import tracer as datadog

    patch(requests=True)
    within = datadog.trace("checkout")
elif tracer == "sentry":
    import sentry_sdk

    sentry_sdk.init("https://public@sentry.invalid/1", traces_sample_rate=1.0, transport=lambda envelope: None)
    within = sentry_sdk.start_transaction(name="checkout")
else:
    from importlib.metadata import entry_points

    from opentelemetry import propagate, trace
    from opentelemetry.instrumentation.requests import RequestsInstrumentor
    from opentelemetry.sdk.trace import TracerProvider

    (propagator,) = entry_points(group="opentelemetry_propagator", name=tracer)
    propagate.set_global_textmap(propagator.load()())
    trace.set_tracer_provider(TracerProvider())
    RequestsInstrumentor().instrument()
    within = trace.get_tracer("checkout").start_as_current_span("checkout")

import requests  # noqa: E402 - once it is instrumented

with within:
    headers = {"x-api-key": api_key, "Idempotency-Key": idempotency_key}
    requests.post(url, json=json.loads(text), headers=headers, timeout=10)
