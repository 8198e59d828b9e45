"""Webhooks of the deployed notifier over TLS: to a receiver that is who its certificate says, and to none other."""

import datetime as dt
import json
import re
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trustme

from support.tls import context_of, old_protocol_context, self_signed_context, serving

PAST = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
Context = Callable[[trustme.CA, Path], ssl.SSLContext]
KINDS: dict[str, tuple[Context, str, str]] = {
    "its own, by an authority that is trusted": (
        lambda authority, _: context_of(authority.issue_cert("localhost")),
        "delivered",
        "",
    ),
    "another name's": (
        lambda authority, _: context_of(authority.issue_cert("other.example")),
        "failed",
        "certificate: Hostname mismatch",
    ),
    "one that has expired": (
        lambda authority, _: context_of(
            authority.issue_cert("localhost", not_before=PAST, not_after=PAST.replace(month=2))
        ),
        "failed",
        "certificate: certificate has expired",
    ),
    "one by an authority that is not trusted": (
        lambda _, __: context_of(trustme.CA().issue_cert("localhost")),
        "failed",
        "certificate: unable to get local issuer certificate",
    ),
    "signed by itself": (
        lambda _, folder: self_signed_context(folder),
        "failed",
        "certificate: self-signed certificate",
    ),
    "its own, by TLS 1.1": (
        lambda authority, _: old_protocol_context(authority.issue_cert("localhost")),
        "failed",
        "no answer: TLS: tlsv1 alert protocol version",
    ),
}


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize("kind", KINDS)
def test_a_receiver_is_told_over_tls_only_if_its_certificate_is(
    kind: str,
    authority: trustme.CA,
    operate: Callable[..., tuple[int, str, str]],
    initech_settings: dict[str, Any],
    write: Callable[[Any], str],
    wait: Callable[..., Any],
    tmp_path: Path,
) -> None:
    make, state, reason = KINDS[kind]
    with serving(make(authority, tmp_path)) as port:
        url = f"https://localhost:{port}/hooks"
        assert operate("merchant", "set", write(initech_settings | {"webhook_url": url}))[0] == 0
        status, _, told = operate("webhook", "test", "initech")
        assert status == 0
        (webhook,) = re.findall(r"msg_test_\w+", told)[:1]
        (delivery,) = wait(lambda: json.loads(operate("webhook", "deliveries", webhook, "--json")[1]))

    (attempt,) = delivery["attempts"]
    assert (delivery["state"], attempt["status"]) == (state, 204 if state == "delivered" else None)
    assert f"{attempt['reason'] or ''}".startswith(reason)
    assert bool(attempt["reason"]) == bool(reason)
