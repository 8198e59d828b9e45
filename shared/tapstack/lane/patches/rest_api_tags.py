"""Tags of REST APIs and what belongs to them: one set, however it is written or read."""

from typing import Any

from tapstack.lane.patches.serving import module


class _Tags:
    """Keeps the tags of a thing where its creation put them."""

    def __init__(self, apis: Any) -> None:
        self._apis = apis

    def _thing(self, arn: str) -> Any:
        match arn.partition("::")[2].strip("/").split("/"):
            case ["restapis", api]:
                return self._apis._rest_apis.get(api)
            case ["restapis", api, "stages", stage]:
                return (self._apis._stages_v1.get(api) or {}).get(stage)
            case ["apikeys", key]:
                return self._apis._api_keys.get(key)
            case ["usageplans", plan]:
                return self._apis._usage_plans.get(plan)
        return None

    def read(self, arn: str, otherwise: Any) -> Any:
        if (thing := self._thing(arn)) is None:
            return otherwise(arn)
        return self._apis._v1_response({"tags": thing.get("tags") or {}})

    def write(self, arn: str, data: Any, otherwise: Any) -> Any:
        if (thing := self._thing(arn)) is None:
            return otherwise(arn, data)
        thing["tags"] = {**(thing.get("tags") or {}), **data.get("tags", {})}
        return 204, {}, b""

    def remove(self, arn: str, keys: Any, otherwise: Any) -> Any:
        if (thing := self._thing(arn)) is None:
            return otherwise(arn, keys)
        thing["tags"] = {key: value for key, value in (thing.get("tags") or {}).items() if key not in keys}
        return 204, {}, b""


def keep_one_set() -> None:
    """Have creation, tagging and reading know the same tags."""
    apis = module("services.apigateway_v1")
    tags = _Tags(apis)
    read, write, remove = apis._get_v1_tags, apis._tag_v1_resource, apis._untag_v1_resource
    apis._get_v1_tags = lambda arn: tags.read(arn, read)
    apis._tag_v1_resource = lambda arn, data: tags.write(arn, data, write)
    apis._untag_v1_resource = lambda arn, keys: tags.remove(arn, keys, remove)
