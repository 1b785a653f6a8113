"""Symbolic calls on exactly known shapes, and values that constructors hold against each other."""

from types import SimpleNamespace

import pytest
from keras3_models import PREDICT, TINY_LAYERS, dense, h5, inputs, keras_zip, layer, legacy, raised, sequential

from inspector.loaders.keras3.legacy_weights import load_layers
from inspector.loaders.keras3.refusals import Raised
from inspector.loaders.keras3.symbolic import output_of
from inspector.loaders.keras_common.failure import LoadFailure
from inspector.terms.record import replace

CONV = {"filters": 4, "kernel_size": [3, 3], "strides": [1, 1], "padding": "valid"}


@pytest.mark.parametrize(
    ("class_name", "config", "given", "made"),
    [
        ("Add", {}, [(None, 4), (None, 1)], (None, 4)),
        ("Add", {}, [(None, 4), (None, 2, 4)], (None, 2, 4)),
        ("Concatenate", {"axis": -1}, [(None, 4), (None, 3)], (None, 7)),
        ("Concatenate", {"axis": 1}, [(None, None, 3), (None, 2, 3)], (None, None, 3)),
        ("Dot", {"axes": 1}, [(None, 4), (None, 4)], (None, 1)),
        ("Dot", {"axes": [2, 1]}, [(None, 3, 4), (None, 4, 5)], (None, 3, 5)),
        ("Conv2D", CONV, [(None, 8, None, 3)], (None, 6, None, 4)),
        ("Conv2D", {**CONV, "padding": "same", "strides": 2}, [(None, 7, 8, 3)], (None, 4, 4, 4)),
        ("Conv2D", {**CONV, "data_format": "channels_first"}, [(None, 3, 8, 8)], (None, 4, 6, 6)),
        ("Conv2DTranspose", {**CONV, "strides": 2}, [(None, 4, 4, 3)], (None, 9, 9, 4)),
        (
            "MaxPooling2D",
            {"pool_size": [2, 2], "strides": None, "padding": "valid"},
            [(None, 5, 4, 3)],
            (None, 2, 2, 3),
        ),
        ("Reshape", {"target_shape": [-1, 2]}, [(None, 4)], (None, 2, 2)),
        ("Reshape", {"target_shape": [-1, 2]}, [(None, None)], (None, None, 2)),
        ("Flatten", {}, [(None, None, 3)], (None, None)),
        ("ZeroPadding2D", {"padding": [[1, 0], [0, 2]]}, [(None, 4, 4, 3)], (None, 5, 6, 3)),
        ("UpSampling1D", {"size": 3}, [(None, 4, 3)], (None, 12, 3)),
        ("Lambda", {}, [(None, 4)], None),
        ("Conv2D", {**CONV, "kernel_size": "three"}, [(None, 8, 8, 3)], None),
    ],
)
def test_shapes_are_those_of_keras(class_name, config, given, made):
    assert output_of(class_name, config, given) == made


@pytest.mark.parametrize(
    ("class_name", "config", "given", "text"),
    [
        ("Add", {}, [(None, 4), (None, 3)], "Inputs have incompatible shapes. Received shapes (4,) and (3,)"),
        ("Add", {}, [(2, 4), (3, 4)], "Cannot merge tensors with different batch sizes."),
        (
            "Concatenate",
            {"axis": 1},
            [(None, 2, 3), (None, 2, 4)],
            "A `Concatenate` layer requires inputs with matching shapes",
        ),
        ("Concatenate", {"axis": None}, [(None, 4), (None, 3)], "unsupported operand type(s) for %"),
        (
            "TimeDistributed",
            {},
            [(None, 7)],
            "`TimeDistributed` Layer should be passed an `input_shape` with at least 3",
        ),
        ("Dot", {"axes": 1}, [(None, 4), (None, 3)], "Incompatible input shapes: axis values 4 (at axis 1) != 3"),
        ("Conv2D", CONV, [(None, 1, 1, 3)], "Computed output size would be negative."),
        ("Conv2D", {**CONV, "groups": 2}, [(None, 8, 8, 3)], "The number of input channels must be evenly divisible"),
        (
            "AveragePooling1D",
            {"pool_size": [9], "strides": [1], "padding": "valid"},
            [(None, 4, 3)],
            "Computed output size would be negative.",
        ),
        ("Reshape", {"target_shape": [3, 2]}, [(None, 4)], "The total size of the tensor must be unchanged."),
        ("GroupNormalization", {"groups": 3}, [(None, 4)], "Number of groups (3) must be a multiple"),
        (
            "Cropping2D",
            {"cropping": [[2, 2], [0, 0]]},
            [(None, 4, 4, 3)],
            "Values in `cropping` argument should be smaller",
        ),
    ],
)
def test_shapes_that_do_not_fit_are_refused(class_name, config, given, text):
    found = output_of(class_name, config, given)
    assert isinstance(found, Raised)
    assert found.text.startswith(text)


@pytest.mark.parametrize(
    ("shape", "release", "text"),
    [
        ("relu", "3.5.0", "Cannot convert '('r', 'e', 'l', 'u')' to a shape. Found invalid entry 'r'"),
        ("relu", "3.15.1", "Cannot convert 'relu' to a shape. Found invalid dimension 'r'"),
        (0.5, "3.12.0", "Cannot convert '0.5' to a shape."),
        (5, "3.3.3", "'int' object is not iterable"),
        ([None, -4], "3.8.0", "Cannot convert '(None, -4)' to a shape. Negative dimensions are not allowed."),
    ],
)
def test_inputs_of_impossible_shapes(shape, release, text):
    stored = sequential(layer("InputLayer", {"batch_shape": shape, "dtype": "float32", "name": "x"}), dense())
    kind, message = raised(h5(stored), release)
    assert kind == "TypeError"
    assert message.startswith("Error when deserializing class 'InputLayer'")
    assert text in message


def conv(**more):
    return layer("Conv2D", {"name": "c", "filters": 4, "kernel_size": [3, 3], "padding": "valid", **more})


@pytest.mark.parametrize(
    ("stored", "release", "kind", "text"),
    [
        (
            layer("RandomShear", {"name": "r", "x_factor": [-0.2, 0.2]}),
            "3.13.2",
            "TypeError",
            "Received: input_number=-0.2",
        ),
        (layer("Dropout", {"name": "r", "rate": 1.5}), "3.8.0", "TypeError", "Expected a float value between 0 and 1."),
        (
            conv(strides=2, dilation_rate=2),
            "3.8.0",
            "TypeError",
            "`strides > 1` not supported in conjunction with `dilation_rate > 1`",
        ),
        (
            conv(filters=3, groups=2),
            "3.8.0",
            "TypeError",
            "The number of filters must be evenly divisible by the number of groups",
        ),
        (conv(padding="around"), "3.8.0", "TypeError", "The `padding` argument must be a list/tuple or one of"),
        (conv(kernel_size=[9, 9]), "3.8.0", "ValueError", "Computed output size would be negative"),
    ],
)
def test_values_that_do_not_go_together(stored, release, kind, text):
    found = raised(h5(sequential(inputs(6, 6, 3), stored)), release)
    assert found is not None
    assert found[0] == kind
    assert text in found[1]


def test_an_open_size_makes_no_kernel():
    found = raised(h5(sequential(layer("InputLayer", {"batch_shape": [None, None], "name": "x"}), dense())), "3.12.0")
    assert found is not None
    assert "Shapes used to initialize variables must be fully-defined" in found[1]


def functional(layers, outputs):
    config = {"name": "f", "layers": layers, "input_layers": [["x", 0, 0]], "output_layers": outputs}
    return {"class_name": "Functional", "config": config}


def node(stored, *sources):
    name = stored["config"]["name"]
    return {
        **legacy(stored),
        "name": name,
        "inbound_nodes": [[[source, 0, 0, {}] for source in sources]] if sources else [],
    }


def test_layers_stand_in_the_order_of_the_graph():
    graph = [node(inputs(4)), node(dense("d2", 1), "d1"), node(dense("d1", 3), "x"), node(dense("d3", 7), "d1")]
    assert raised(h5(functional(graph, [["d2", 0, 0]]), TINY_LAYERS), "3.12.0") is None


@pytest.mark.parametrize(("release", "kind"), [("3.8.0", "timeout"), ("3.15.1", "ValueError")])
def test_an_axis_that_is_not_there_looks_like_a_missing_call(release, kind):
    norm = node(layer("BatchNormalization", {"name": "b", "axis": [3]}), "x")
    found = raised(h5(functional([node(inputs(4)), norm], [["b", 0, 0]])), release)
    assert found is not None
    assert found[0] == kind


@pytest.mark.parametrize(
    ("release", "kind"), [("3.5.0", "UnboundLocalError"), ("3.12.0", None), ("3.15.1", "ValueError")]
)
def test_a_sequential_without_a_config(release, kind):
    stored = {"module": "keras", "class_name": "Sequential", "config": None, "registered_name": None}
    found = raised(keras_zip(stored), release)
    assert (found and found[0]) == kind


def policy(class_name, **config):
    return {"module": "keras", "class_name": class_name, "config": config, "registered_name": None}


FLOAT8 = policy("QuantizedFloat8DTypePolicy", mode="float8", source_name="float32", amax_history_length=1024)
INT4 = policy("QuantizedDTypePolicy", mode="int4", source_name="float32")


def test_what_quantize_leaves_in_an_h5_of_float8_is_not_read_back():
    scales = {f"d1/{at}": (1024,) if at % 2 else () for at in range(6)}
    behind = {"d1": {"d1/kernel": (4, 3), "d1/bias": (3,), **scales}}
    stored = sequential(inputs(4), dense(dtype=FLOAT8))
    found = raised(h5(stored, behind), "3.12.0")
    assert found is not None
    assert "Weight expects shape (). Received saved weight with shape (4, 3)" in found[1]
    assert raised(h5(stored, {"d1": {**scales, "d1/kernel": (4, 3), "d1/bias": (3,)}}), "3.12.0") is None


@pytest.mark.parametrize(("release", "fits"), [("3.13.2", True), ("3.15.0", False)])
def test_int4_is_packed_by_rows_up_to_3_13(release, fits):
    stored = sequential(inputs(4), dense("d1", 4, dtype=INT4))
    weights = {"/layers/dense/vars/0": (2, 4), "/layers/dense/vars/1": (4,), "/layers/dense/vars/2": (4,)}
    assert (raised(keras_zip(stored, weights), release) is None) == fits


def test_the_scale_of_another_axis_stands_at_the_last_one():
    stored = sequential(inputs(6, 6, 3), layer("RMSNormalization", {"name": "r", "axis": 1}))
    weights = {"/layers/rms_normalization/vars/0": (6,)}
    found = raised(keras_zip(stored, weights), "3.12.0", PREDICT)
    assert found is not None
    assert "Incompatible shapes: [1,6,6,3] vs. [6]" in found[1]


def lstm(name, **more):
    return layer("LSTM", {"name": name, "units": 2, **more})


@pytest.mark.parametrize(
    ("backward", "text"),
    [
        ({}, "different `go_backwards` value"),
        ({"go_backwards": True, "return_sequences": True}, 'the same value for attribute "return_sequences"'),
    ],
)
def test_halves_of_a_bidirectional(backward, text):
    halves = {"layer": lstm("l"), "backward_layer": lstm("b", **backward)}
    found = raised(keras_zip(sequential(inputs(4, 3), layer("Bidirectional", {"name": "bi", **halves}))), "3.8.0")
    assert found is not None
    assert text in found[1]


def trained(optimizer, **config):
    stored = {"module": "keras.optimizers", "class_name": optimizer, "config": config, "registered_name": None}
    return sequential(inputs(4), dense("d1", 3), compile_config={"optimizer": stored, "loss": None})


@pytest.mark.parametrize(
    ("slots", "fits"),
    [
        ([(), (), (4, 3), (3,)], True),
        ([(2,), (), (4, 3), (3,)], False),
        ([(), (), (3, 4), (3,)], False),
        # Another number of them is only warned of.
        ([(), (), (3, 4)], True),
    ],
)
def test_variables_of_the_optimizer(slots, fits):
    layers = {"/layers/dense/vars/0": (4, 3), "/layers/dense/vars/1": (3,)}
    stored = layers | {f"/optimizer/vars/{number}": shape for number, shape in enumerate(slots)}
    found = raised(keras_zip(trained("SGD", learning_rate=0.1, momentum=0.9, nesterov=False), stored), "3.12.0")
    assert (found is None) == fits


def test_a_layer_without_a_name_may_get_one_that_is_taken():
    nameless = layer("Dense", {"units": 3})
    found = raised(h5(sequential(inputs(4), dense("dense"), nameless)), "3.12.0")
    assert found is not None
    assert "Name 'dense' is already the name of a layer" in found[1]


@pytest.mark.parametrize("stored", [0, 2])
def test_a_layer_of_unknown_variables_counts_as_one_with_some(stored):
    held = {f"layer{number}": {"w:0": (1,)} for number in range(stored)}
    file = h5(sequential(), held).keras.hdf5
    session = SimpleNamespace(release=(3, 12, 0), hardened=False, h5py=(3, 14))
    with pytest.raises(LoadFailure, match="Layer count mismatch"):
        load_layers(session, ("f", "Functional"), [("r", None)], file, frozenset({"r"}))


@pytest.mark.parametrize(
    ("release", "text"), [("3.3.3", "already been configured"), ("3.8.0", None), ("3.12.0", "not connected")]
)
def test_a_sequential_that_only_has_its_input(release, text):
    stored = sequential(inputs(4))
    stored["config"]["build_input_shape"] = [None, 4]
    found = raised(keras_zip(stored), release)
    assert (found is None) if text is None else text in found[1]


def test_a_cell_is_no_layer_of_a_sequential():
    found = raised(h5(sequential(inputs(4), layer("GRUCell", {"name": "g", "units": 2}))), "3.12.0")
    assert found is not None
    assert "Layer GRUCell has multiple positional arguments" in found[1]


def test_int8_alone_is_no_policy():
    found = raised(h5(sequential(inputs(4), dense(dtype="int8"))), "3.8.0")
    assert found is not None
    assert "to instantiate `QuantizedDTypePolicy`. Received: policy=int8" in found[1]


@pytest.mark.parametrize(
    ("stored", "built", "text"),
    [
        (
            layer("PReLU", {"name": "p", "shared_axes": [1]}),
            [None, 6, 6, 2],
            "expected axis 3 of input shape to have value 2",
        ),
        (layer("BatchNormalization", {"name": "p", "axis": -1}), [None, 6, 3], "expected ndim=3, found ndim=4"),
        (
            layer("DepthwiseConv2D", {"name": "p", "kernel_size": [2, 2], "padding": "valid"}),
            [None, 6, 6, 4],
            "expected axis -1",
        ),
    ],
)
def test_a_layer_is_called_as_it_was_built(stored, built, text):
    stored = {**stored, "build_config": {"input_shape": built}}
    found = raised(keras_zip(sequential(inputs(6, 6, 3), stored)), "3.12.0")
    assert found is not None
    assert text in found[1]


def test_words_are_no_weights():
    file = h5(sequential(inputs(4), dense("d1")), {"d1": {"k": (4, 3), "b": (3,)}})
    words = replace(file.keras.hdf5.datasets["/model_weights/d1/k"], dtype="object")
    file.keras.hdf5.datasets["/model_weights/d1/k"] = words
    found = raised(file, "3.5.0")
    assert found is not None
    assert "could not convert string to float" in found[1]


@pytest.mark.parametrize(("release", "loads"), [("3.5.0", False), ("3.8.0", True)])
def test_complex_inputs_came_with_3_6(release, loads):
    stored = sequential(layer("InputLayer", {"batch_shape": [None, 4], "dtype": "complex64", "name": "x"}), dense())
    found = raised(h5(stored, {"d1": TINY_LAYERS["d1"]}), release)
    assert (found is None) == loads


def test_what_is_in_a_model_after_its_input():
    graph = [node(inputs(4)), node(dense("d1", 3), "x"), node(dense("d2", 1), "d1")]
    behind = functional(graph, [["d2", 0, 0]])
    behind["config"]["input_layers"] = [["d1", 0, 0]]
    assert raised(h5(behind, {"d2": TINY_LAYERS["d2"]}), "3.12.0") is None


KERAS_2 = {"class_name": "Policy", "config": {"name": "mixed_float16"}}


@pytest.mark.parametrize("release", ["3.3.3", "3.5.0", "3.15.1"])
@pytest.mark.parametrize(
    "stored",
    [
        layer("TimeDistributed", {"name": "t", "layer": dense(), "dtype": KERAS_2}),
        layer("LSTM", {"name": "l", "units": 2, "dtype": KERAS_2}),
        layer("Bidirectional", {"name": "b", "layer": lstm("l"), "dtype": KERAS_2}),
    ],
)
def test_layers_with_a_from_config_of_their_own_are_called_with_a_policy_of_keras_2(stored, release):
    found = raised(keras_zip(sequential(inputs(5, 4), stored)), release)
    assert found == ("AttributeError", "'str' object has no attribute 'convert_input'")


@pytest.mark.parametrize(("name", "kind"), [("RandomZoom", "ValueError"), ("Resizing", "IndexError")])
def test_image_layers_want_images(name, kind):
    config = {"RandomZoom": {"height_factor": 0.1}, "Resizing": {"height": 2, "width": 2}}[name]
    stored = sequential(inputs(7), layer(name, {"name": "i", **config}))
    found = raised(keras_zip(stored), "3.13.2", PREDICT)
    assert found is not None
    assert found[0] == kind


def test_a_bidirectional_has_the_spec_of_its_layer():
    stored = layer("Bidirectional", {"name": "b", "layer": lstm("l")})
    found = raised(keras_zip(sequential(inputs(7), stored)), "3.12.0")
    assert found is not None
    assert "expected ndim=3, found ndim=2" in found[1]
