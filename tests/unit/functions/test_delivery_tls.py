"""Webhooks over real TLS: a receiver is who its certificate says, by a trusted authority, today, or is none."""

import datetime as dt
from pathlib import Path

import pytest
import trustme

from support.tls import context_of, old_protocol_context, self_signed_context, serving
from transactions.webhooks.deliveries import LONGEST_REASON
from transactions.webhooks.delivery import Courier, DeliveryError
from transactions.webhooks.sockets import Resolver

HOST = "hooks.example"


class Here(Resolver):
    """Finds every host on this machine."""

    def addresses(self, *_: object) -> list[str]:
        return ["127.0.0.1"]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def courier(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Courier:
    """A courier on a system that trusts the authority; it finds every host on this machine."""
    authority.cert_pem.write_to_path(f"{tmp_path / 'ca.pem'}")
    monkeypatch.setenv("SSL_CERT_FILE", f"{tmp_path / 'ca.pem'}")
    return Courier(allow_private=True, resolver=Here())


def reason(courier: Courier, port: int, host: str = HOST) -> str:
    with pytest.raises(DeliveryError) as refused:
        courier.deliver(f"https://{host}:{port}/hooks", {}, b"{}")
    assert len(f"{refused.value}") <= LONGEST_REASON
    return f"{refused.value}"


def test_a_receiver_with_a_certificate_of_its_name_is_told(courier: Courier, authority: trustme.CA) -> None:
    with serving(context_of(authority.issue_cert(HOST))) as port:
        assert courier.deliver(f"https://{HOST}:{port}/hooks", {}, b"{}") == 204


def test_a_certificate_of_another_name_is_refused(courier: Courier, authority: trustme.CA) -> None:
    with serving(context_of(authority.issue_cert("other.example"))) as port:
        assert reason(courier, port) == "certificate: Hostname mismatch"


def test_an_expired_certificate_is_refused(courier: Courier, authority: trustme.CA) -> None:
    past = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    with serving(context_of(authority.issue_cert(HOST, not_before=past, not_after=past.replace(month=2)))) as port:
        assert reason(courier, port) == "certificate: certificate has expired"


def test_a_certificate_of_an_authority_that_nobody_trusts_is_refused(courier: Courier) -> None:
    with serving(context_of(trustme.CA().issue_cert(HOST))) as port:
        assert reason(courier, port).startswith("certificate: unable to get local issuer certificate")


def test_a_self_signed_certificate_is_refused(courier: Courier, tmp_path: Path) -> None:
    with serving(self_signed_context(tmp_path)) as port:
        assert "self-signed certificate" in reason(courier, port)


def test_an_authority_is_trusted_only_where_the_system_trusts_it(authority: trustme.CA) -> None:
    with serving(context_of(authority.issue_cert(HOST))) as port:
        assert "certificate: " in reason(Courier(allow_private=True, resolver=Here()), port)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_a_protocol_older_than_tls_1_2_is_refused(courier: Courier, authority: trustme.CA) -> None:
    with serving(old_protocol_context(authority.issue_cert(HOST))) as port:
        assert "protocol version" in reason(courier, port)
