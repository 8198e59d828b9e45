"""The deployed fraud-detector, called as the table's stream calls it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tapstack.console.errors import UserError
from transactions.agreed.tables import INSERTED, KEY, STREAM_VIEW
from transactions.attributes import Item, from_item


class DeployedDetector:
    """The fraud-detector behind its alias."""

    def __init__(self, functions: Any, alias_arn: str, log: str) -> None:
        """Call nothing yet.

        Args:
            functions: Lambda.
            alias_arn: the alias that is live.
            log: the command that shows its log.
        """
        self._functions = functions
        self._alias_arn = alias_arn
        self._log = log

    def decide(self, items: Sequence[Item]) -> set[str]:
        """Have pending transactions decided and their merchants told, at most `STREAM_BATCH` of them.

        Args:
            items: as they were inserted, which pending ones are still.

        Returns:
            The ids of those that were not decided.

        Raises:
            UserError: it answered something else than the stream would be answered.
        """
        ids = {f"{place}": from_item(item)[KEY] for place, item in enumerate(items)}
        records = [_record(number, item) for number, item in zip(ids, items, strict=True)]
        answer = self._functions.invoke(FunctionName=self._alias_arn, Payload=json.dumps({"Records": records}))
        told = answer["Payload"].read()
        if answer.get("FunctionError"):
            # It did not get to answer: which of them it decided, the next look at the table tells.
            return set(ids.values())
        try:
            return {ids[entry["itemIdentifier"]] for entry in json.loads(told)["batchItemFailures"]}
        except (KeyError, TypeError, ValueError) as error:
            raise UserError(f"{self._alias_arn} answered what no fraud-detector answers; see: {self._log}") from error


def _record(number: str, item: Item) -> Mapping[str, Any]:
    return {
        "eventName": INSERTED,
        "eventSource": "aws:dynamodb",
        "dynamodb": {
            "SequenceNumber": number,
            "Keys": {KEY: item[KEY]},
            "NewImage": item,
            "StreamViewType": STREAM_VIEW,
        },
    }
