"""Ordinary ids, times, numbers and headers are not taken for card numbers, and the documentation has the figures."""

import pytest

from corpora.measure import MOST_REFUSED, Measured, headers, ordinary, random_digits
from corpora.ordinary import KINDS
from corpora.report import FILE, render, written
from corpora.trace_headers import VENDORS


@pytest.fixture(scope="module")
def texts() -> list[Measured]:
    return list(ordinary())


@pytest.fixture(scope="module")
def requests() -> list[Measured]:
    return list(headers())


def test_ordinary_texts_are_hardly_ever_taken_for_card_numbers(texts: list[Measured]) -> None:
    assert {one.kind for one in texts} == set(KINDS)
    assert [(one.kind, one.share) for one in texts if one.share >= MOST_REFUSED] == []


def test_no_header_of_a_tracing_system_has_a_request_refused(requests: list[Measured]) -> None:
    assert {one.kind for one in requests} == set(VENDORS)
    assert [(one.kind, one.share) for one in requests if one.refused] == []


def test_the_documented_figures_are_those_measured(texts: list[Measured], requests: list[Measured]) -> None:
    document = FILE.read_text(encoding="utf-8")

    assert written(document, render(texts, requests, random_digits())) == document
