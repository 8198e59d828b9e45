"""Merchants' API keys at API Gateway, each in the usage plan of one tier.

What AWS's API is like, and what follows from it:

    CreateApiKey has no token, and names need not be unique       a value of ours, which no two keys can have
    a second key of the same value is a ConflictException         then it is there: it is found by its name
    a key may be in one usage plan of a stage                     to another tier it goes by way of none
    DeleteApiKey of a key that is gone is a NotFoundException     then it is done

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
"""

import functools
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from tapstack.account_names import merchants_project
from tapstack.console.errors import UserError
from tapstack.console.progress import say

if TYPE_CHECKING:
    from mypy_boto3_apigateway import APIGatewayClient

QUOTA: Final = 10_000
"""API keys of an account in a region, which AWS does not raise:
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html"""
_NEARLY_ALL: Final = QUOTA * 9 // 10
_PAGE: Final = 500
_SEPARATOR: Final = "."
"""Between the parts of a name; ids and labels have none."""


class ApiKeys:
    """The keys of an environment's merchants."""

    def __init__(
        self, client: "APIGatewayClient", name_prefix: str, usage_plans: Mapping[str, str], environment: str
    ) -> None:
        """Work on an API.

        Args:
            client: API Gateway.
            name_prefix: what the keys' names begin with.
            usage_plans: tier to usage plan id.
            environment: its suffix, for the keys' tags.
        """
        self._client = client
        self._name_prefix = name_prefix
        self._usage_plans = usage_plans
        self._tags = {"Project": merchants_project(), "Environment": environment}

    def name(self, merchant_id: str, label: str) -> str:
        """Name a merchant's key."""
        return f"{self._name_prefix}{_SEPARATOR}{merchant_id}{_SEPARATOR}{label}"

    def check_room(self) -> None:
        """See that API Gateway takes another key, and say so where it soon will not.

        Raises:
            UserError: it does not.
        """
        count = sum(1 for _ in self.ids())
        if count >= QUOTA:
            raise UserError(
                f"the account has {count} API keys in this region, and AWS allows no more than {QUOTA}, which it does "
                "not raise; remove merchants, end rotations of keys, or take an environment of another account"
            )
        if count >= _NEARLY_ALL:
            say(f"the account has {count} of {QUOTA} API keys in this region, which AWS does not raise")

    def ids(self) -> Iterator[str]:
        """List the keys of the account in the region, of all environments."""
        return (key["id"] for key in self._keys())

    def of_merchants(self) -> Iterator[tuple[str, str, str]]:
        """List the keys that are named as merchants' are: merchant id, label, API key id."""
        for key in self._keys(nameQuery=f"{self._name_prefix}{_SEPARATOR}"):
            parts = key["name"].removeprefix(f"{self._name_prefix}{_SEPARATOR}").split(_SEPARATOR)
            if key["name"].startswith(f"{self._name_prefix}{_SEPARATOR}") and len(parts) == 2:
                yield parts[0], parts[1], key["id"]

    def ids_of(self, merchant_id: str) -> set[str]:
        """Give the ids of the keys that are named as a merchant's are, whether they are noted or not."""
        prefix = f"{self._name_prefix}{_SEPARATOR}{merchant_id}{_SEPARATOR}"
        return {key["id"] for key in self._keys(nameQuery=prefix) if key["name"].startswith(prefix)}

    def ensure(self, merchant_id: str, label: str, value: str) -> str:
        """See that there is a key of a value, and give its id.

        Raises:
            UserError: the value is somebody else's key.
        """
        name = self.name(merchant_id, label)
        if found := self._find(name, value):
            return found
        try:
            made = self._client.create_api_key(
                name=name,
                description=f"Submits transactions of merchant {merchant_id}",
                enabled=True,
                value=value,
                tags={**self._tags, "Merchant": merchant_id},
            )
        except self._client.exceptions.ConflictException as error:
            # The SDK sends a request again when its answer was lost, and another operator may do the same as this one.
            if found := self._find(name, value):
                return found
            raise UserError(f"API Gateway has a key of the same value under another name than {name!r}") from error
        return made["id"]

    def place(self, api_key_id: str, tier: str) -> None:
        """See that a key is in the usage plan of a tier, and in no other tier's."""
        wanted, plans = self._usage_plans[tier], self.plans_of(api_key_id)
        for plan in plans & set(self._usage_plans.values()) - {wanted}:
            self._take_out(api_key_id, plan)
        if wanted in plans:
            return
        try:
            self._client.create_usage_plan_key(usagePlanId=wanted, keyId=api_key_id, keyType="API_KEY")
        except self._client.exceptions.ConflictException:
            if wanted not in self.plans_of(api_key_id):
                raise

    def plans_of(self, api_key_id: str) -> set[str]:
        """Give the ids of the usage plans that a key is in."""
        return {plan["id"] for plan in self._pages(functools.partial(self._client.get_usage_plans, keyId=api_key_id))}

    def tier_of(self, api_key_id: str) -> str | None:
        """Give the tier whose usage plan a key is in; None for none, or for more than one."""
        plans = self.plans_of(api_key_id)
        tiers = [tier for tier, plan in self._usage_plans.items() if plan in plans]
        return tiers[0] if len(tiers) == 1 else None

    def members(self) -> dict[str, list[str]]:
        """List what is in the usage plans: API key id to tiers."""
        found: dict[str, list[str]] = {}
        for tier, plan in self._usage_plans.items():
            for key in self._pages(
                lambda plan=plan, **more: self._client.get_usage_plan_keys(usagePlanId=plan, **more)
            ):
                found.setdefault(key["id"], []).append(tier)
        return found

    def value(self, api_key_id: str) -> str | None:
        """Read a key's value; None for a key that is gone."""
        try:
            return self._client.get_api_key(apiKey=api_key_id, includeValue=True)["value"]
        except self._client.exceptions.NotFoundException:
            return None

    def delete(self, api_key_id: str) -> None:
        """See that a key is gone, and out of all usage plans."""
        for plan in self.plans_of(api_key_id):
            self._take_out(api_key_id, plan)
        try:
            self._client.delete_api_key(apiKey=api_key_id)
        except self._client.exceptions.NotFoundException:
            return

    def _take_out(self, api_key_id: str, plan: str) -> None:
        try:
            self._client.delete_usage_plan_key(usagePlanId=plan, keyId=api_key_id)
        except self._client.exceptions.NotFoundException:
            return

    def _find(self, name: str, value: str) -> str | None:
        # AWS finds what begins with the name.
        named = self._keys(nameQuery=name, includeValues=True)
        return next((key["id"] for key in named if key["name"] == name and key.get("value") == value), None)

    def _keys(self, **query: Any) -> Iterator[Any]:
        return self._pages(functools.partial(self._client.get_api_keys, **query))

    def _pages(self, ask: Callable[..., Any]) -> Iterator[Any]:
        position: dict[str, str] = {}
        while True:
            page = ask(limit=_PAGE, **position)
            yield from page.get("items", [])
            if not page.get("position"):
                return
            position = {"position": page["position"]}
