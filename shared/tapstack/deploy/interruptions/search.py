"""The words of the table of searches: how a resource is found in AWS whose creation the engine has not seen end."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tapstack.deploy.drift.look import search


@dataclass(frozen=True, kw_only=True)
class Search:
    """One read-only call for the resources of a type, and what tells the one that was asked for.

    Attributes:
        service: boto3's name of the service.
        operation: boto3's name of the operation.
        params: JMESPath on the inputs: the call's parameters; those without a value are left out.
        items: JMESPath on the answer: the resources that there are.
        tells: JMESPath on `inputs` and `item`: whether the item is the one; empty where its tags alone say so, or where
            the call asks for one thing.
        tagged: whether all tags of the inputs have to be the item's too.
        each: what more is read of each item: operation, and JMESPath on the item for its parameters; its answer is the
            item's `more`.
        id: JMESPath on `inputs` and `item`: the id that `pulumi import` takes for the type.
        is_made_anew: whether what was found is deleted, for the next deployment to make it from the beginning: its
            creation takes several calls, and what the later ones would have done is no difference to the provider.
        imports: whether the provider imports the type; else it reads one by its inputs.
    """

    service: str
    operation: str
    params: str = "`{}`"
    items: str = "[@]"
    tells: str = ""
    tagged: bool = False
    each: tuple[str, str] | None = None
    id: str
    is_made_anew: bool = False
    imports: bool = True

    def asks(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Give the call's parameters for a resource of these inputs."""
        params: Mapping[str, Any] = search(self.params, inputs)
        return {name: value for name, value in params.items() if value is not None}

    def listed(self, answer: Mapping[str, Any]) -> list[Any]:
        """Give the items of an answer."""
        return [item for item in search(self.items, answer) or () if item]

    def found(self, inputs: Mapping[str, Any], items: list[Any]) -> Iterator[str]:
        """Give the ids of the items that are what the inputs asked for."""
        for item in items:
            scope = {"inputs": inputs, "item": item}
            if self.tells and search(self.tells, scope) is not True:
                continue
            if self.tagged and not tags_of(item).items() >= (inputs.get("tags") or {}).items():
                continue
            yield f"{search(self.id, scope)}"


def tags_of(item: Any) -> dict[str, str]:
    """Give an item's tags, however its service spells them."""
    more = item.get("more") or {}
    tags = item.get("Tags") or item.get("TagSet") or item.get("tags") or more.get("Tags") or {}
    if isinstance(tags, Mapping):
        return dict(tags)
    return {tag.get("Key", tag.get("TagKey")): tag.get("Value", tag.get("TagValue")) for tag in tags}
