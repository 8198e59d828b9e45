"""The layers' table: order, waves, and what it refuses."""

import pytest

from tapstack.layers import LAYERS, downstream, read_layers, waves

# Layers that teams add come on top.
FOUR = ("network", "data", "compute", "api-edge")


def test_a_layer_comes_after_those_it_reads_wherever_it_stands_in_the_file() -> None:
    layers = read_layers('[edge]\nreads = ["base"]\nowners = []\n[base]\nreads = []\nowners = ["@team"]\n')

    assert list(layers) == ["base", "edge"]
    assert layers["base"].owners == ("@team",)


def test_network_and_data_deploy_side_by_side_and_the_rest_one_after_the_other() -> None:
    assert waves(FOUR) == [("network", "data"), ("compute",), ("api-edge",)]
    assert tuple(layer for layer in LAYERS if layer in FOUR) == FOUR


def test_waves_of_some_layers_leave_the_others_out() -> None:
    assert waves(["api-edge", "data"]) == [("data",), ("api-edge",)]


def test_downstream_are_those_that_read() -> None:
    assert tuple(layer for layer in downstream("data") if layer in FOUR) == ("compute", "api-edge")
    assert not set(downstream("api-edge")).intersection(FOUR)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[a]\nreads = ["b"]\nowners = []\n[b]\nreads = ["a"]\nowners = []\n', "in a circle: a → b → a"),
        ('[a]\nreads = ["nowhere"]\nowners = []\n', r"\[a\]: it reads 'nowhere'"),
        ("[a]\nreads = []\n", r"\[a\]: it needs `reads` and `owners`, and has reads"),
    ],
)
def test_a_table_that_makes_no_order_is_refused_by_name(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_layers(text)
