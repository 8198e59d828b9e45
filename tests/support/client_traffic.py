"""A merchant that does not stop posting transactions."""

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

import httpx

CLIENTS = 2
PAUSE_SECONDS = 0.1


class Traffic:
    """What was answered so far.

    Attributes:
        answers: status codes, or what went wrong instead, in the order of their end.
    """

    def __init__(self) -> None:
        self.answers: list[int | str] = []
        self._numbers = itertools.count(1)
        self._ended = Event()

    @property
    def failures(self) -> list[int | str]:
        """What was not accepted."""
        return [answer for answer in self.answers if answer != 202]

    def stop(self) -> None:
        """Let the clients finish what they are at."""
        self._ended.set()

    def post(self, url: str, key: str) -> None:
        """Post one transaction after another."""
        with httpx.Client(headers={"x-api-key": key}, timeout=30, trust_env=False) as http:
            while not self._ended.wait(PAUSE_SECONDS):
                number = next(self._numbers)
                card = {"token": f"tok_traffic_{number}", "bin": "424242", "country": "DE", "expires": "2099-12"}
                body = {"amount": 1250, "currency": "EUR", "card": card}
                try:
                    answer = http.post(url, json=body, headers={"idempotency-key": f"traffic-{number}"})
                except httpx.HTTPError as error:
                    self.answers.append(f"{error!r}")
                else:
                    self.answers.append(answer.status_code)


@contextmanager
def traffic(url: str, keys: list[str]) -> Iterator[Traffic]:
    """Keep clients posting during a `with` block, with the merchants' keys in turn."""
    running = Traffic()
    with ThreadPoolExecutor(CLIENTS) as clients:
        posting = [clients.submit(running.post, url, keys[number % len(keys)]) for number in range(CLIENTS)]
        try:
            yield running
        finally:
            running.stop()
        for client in posting:
            client.result()
