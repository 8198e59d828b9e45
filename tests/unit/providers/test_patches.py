"""Operations that API Gateway takes: https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html."""

from tapstack.providers.patches import patch_operations

PATHS = {
    "accessLogSettings.format": "/accessLogSettings/format",
    "requestTemplates": "/requestTemplates",
    "variables": "/variables",
}


def test_a_member_is_replaced_although_it_had_no_value() -> None:
    (operation,) = patch_operations(PATHS, ["accessLogSettings"], {}, {"accessLogSettings": {"format": "$id"}})

    assert operation == {"op": "replace", "path": "/accessLogSettings/format", "value": "$id"}


def test_a_new_entry_of_a_map_is_added_and_a_known_one_replaced() -> None:
    old, new = {"requestTemplates": {"text/xml": "a"}}, {"requestTemplates": {"text/xml": "b", "application/json": "c"}}

    assert patch_operations(PATHS, ["requestTemplates"], old, new) == [
        {"op": "add", "path": "/requestTemplates/application~1json", "value": "c"},
        {"op": "replace", "path": "/requestTemplates/text~1xml", "value": "b"},
    ]


def test_a_stage_s_variables_are_replaced_although_they_are_new() -> None:
    assert patch_operations(PATHS, ["variables"], {}, {"variables": {"colour": "blue"}}) == [
        {"op": "replace", "path": "/variables/colour", "value": "blue"}
    ]
