"""Calls and tensors of Keras 3 that are not stored as Keras stores them."""

import pytest

from inspector.loaders.keras3.calling import build
from inspector.loaders.keras3.deserialize import _check_hashable
from inspector.loaders.keras3.identifiers import check_looked_up
from inspector.loaders.keras3.inputs import unlikely_tensor
from inspector.loaders.keras3.stored_calls import PartMissingError, check_call, check_form, check_output, check_single
from inspector.loaders.keras3.values import refused
from inspector.loaders.keras_common.failure import LoadFailure
from inspector.loaders.keras_common.things import TensorThing, Thing
from inspector.runtime.keras_facts import release_facts
from inspector.terms.runtime import KerasFlavour


class Release:
    def __init__(self, *release):
        self.release = release


def layer(name="Dense"):
    return Thing(name, {"name": "d"})


def raised(call, *args):
    try:
        call(*args)
    except LoadFailure as failure:
        return failure.type, failure.text
    except PartMissingError:
        return "IndexError", ""
    return None


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        ([["a", 0, 0]], None),
        ({"args": [], "kwargs": {}}, None),
        ({"args": []}, ("KeyError", "'kwargs'")),
        ("zz", ("TypeError", "string indices must be integers, not 'str'")),
        (7, ("TypeError", "'int' object is not subscriptable")),
        ([7], ("TypeError", "'int' object is not subscriptable")),
        ([{}], ("KeyError", "0")),
        ([["a", 0]], ("IndexError", "")),
        ([[[], 0, 0]], ("TypeError", "unhashable type: 'list'")),
    ],
)
def test_forms(node, expected):
    assert raised(check_form, node, layer()) == expected


def test_outputs_are_numbered():
    assert raised(check_output, layer(), 3) is None
    assert raised(check_output, layer(), 0.5) == ("TypeError", "list indices must be integers or slices, not float")


@pytest.mark.parametrize(
    ("args", "kwargs", "kind", "end"),
    [
        (None, {}, "TypeError", "argument after * must be an iterable, not NoneType"),
        ([], [], "TypeError", "argument after ** must be a mapping, not list"),
    ],
)
def test_arguments(args, kwargs, kind, end):
    found = raised(check_call, Release(3, 12), layer(), args, kwargs)
    assert (found[0], found[1].endswith(end)) == (kind, True)
    assert raised(check_call, Release(3, 12), layer(), [TensorThing(None, (None, 4), "float32")], {}) is None


@pytest.mark.parametrize(
    ("release", "kind", "count", "expected"),
    [
        ((3, 12), "Dense", 2, 'Layer "d" expects 1 input(s), but it received 2 input tensors. Inputs received: ['),
        ((3, 0), "Dense", 0, "Layer 'd' expected 1 input(s). Received 0 instead."),
        ((3, 12), "LSTM", 2, None),
        ((3, 12), "Add", 2, None),
    ],
)
def test_layers_with_one_input_count_their_tensors(release, kind, count, expected):
    made = Thing(kind, {"name": "d"}, release_facts(KerasFlavour.KERAS3, "3.12.0").named(kind, "layer")[0])
    found = raised(check_single, Release(*release), made, [TensorThing(None, (None, 4), "float32")] * count)
    assert (found is None) if expected is None else found[1].startswith(expected)


@pytest.mark.parametrize(
    ("release", "shape", "dtype", "expected"),
    [
        ((3, 12), (None, 4), "float32", None),
        ((3, 12), (None, []), "float32", ("ValueError", "Invalid dtype: list")),
        ((3, 12), (None, 4), 7, ("ValueError", "Invalid dtype: 7")),
        ((3, 12), (None, 4), [], ("TypeError", "unhashable type: 'list'")),
        ((3, 15), [None, True], None, None),
    ],
)
def test_tensors(release, shape, dtype, expected):
    assert unlikely_tensor(Release(*release), shape, dtype) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"registered_name": [None]}, "unhashable type: 'list'"),
        ({"class_name": ["GRU"]}, 'can only concatenate str (not "list") to str'),
        ({"class_name": 7, "module": None}, None),
        ({"module": 0.5}, "'float' object has no attribute 'startswith'"),
    ],
)
def test_names_are_joined_and_looked_up(changes, expected):
    config = {"module": "keras.layers", "class_name": "GRU", "config": {}, "registered_name": None} | changes
    found = raised(_check_hashable, Release(3, 8), config, "/")
    assert (found[1] if found else None) == expected


@pytest.mark.parametrize(("name", "expected"), [("Dense", None), (7, None), (["Dense"], "unhashable type: 'list'")])
def test_names_are_keys_of_a_table(name, expected):
    found = raised(check_looked_up, name, "/")
    assert (found[1] if found else None) == expected


@pytest.mark.parametrize(
    ("config", "expected"), [(7, "argument of type 'int' is not iterable"), ("zz", None), (0, None)]
)
def test_a_build_config_of_another_type(config, expected):
    made = layer()
    found = raised(build, Release(3, 12), made, config)
    assert (found[1] if found else None) == expected
    assert made.built is (config == "zz")


@pytest.mark.parametrize(
    ("release", "name", "expected"),
    [
        ((3, 12), "float32", None),
        ((3, 12), "mixed_float16", None),
        ((3, 12), "zz", "Cannot convert 'zz' to a mixed precision DTypePolicy. Valid policies include"),
        ((3, 3), "zz", "Cannot convert 'zz' to a mixed precision FloatDTypePolicy."),
        ((3, 12), None, None),
        ((3, 3), None, "'name' must be a string, such as 'mixed_float16'. Received: name=None"),
    ],
)
def test_names_of_policies(release, name, expected):
    cls = release_facts(KerasFlavour.KERAS3, "3.12.0").named("DTypePolicy", "dtype_policy")[0]
    found = refused(Release(*release), cls, {"name": name})
    assert (found is None) if expected is None else found.text.startswith(expected)
