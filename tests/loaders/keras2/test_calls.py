"""Calls of layers on shapes that they take, and on shapes that they refuse, as recorded of the releases."""

import pytest
from keras2_models import raised, walk

from inspector.loaders.keras2.calls.graph import call_events, network_of, rebuilt
from inspector.loaders.keras2.keras_zip_state import _cells, _Place
from inspector.loaders.keras2.objects import LAYER, class_of, object_events
from inspector.loaders.keras2.odd_arguments import made_events
from inspector.loaders.keras2.replay import outputs_of
from inspector.loaders.keras2.shapes import variables
from inspector.loaders.keras2.weights import model_layers
from inspector.loaders.keras_common.failure import LoadFailure
from inspector.terms.record import replace

N = None


def layer(kind, name="it", **config):
    return {"class_name": kind, "config": {"name": name, **config}}


def model(entry, *calls):
    """A functional model that calls the layer once for each list of shapes."""
    layers, nodes = [], []
    for shapes in calls:
        node = []
        for shape in shapes:
            name = f"in{len(layers)}"
            layers.append({**layer("InputLayer", name, batch_input_shape=shape), "name": name, "inbound_nodes": []})
            node.append([name, 0, 0, {}])
        nodes.append(node)
    layers.append({**entry, "name": "it", "inbound_nodes": nodes})
    ends = {"input_layers": [], "output_layers": [["it", len(calls) - 1, 0]]}
    return {"class_name": "Functional", "config": {"name": "m", "layers": layers, **ends}}


def called(release, entry, *calls):
    """The output's shape, or the exception's class and text."""
    try:
        return rebuilt(replace(walk(), release=release), model(entry, *calls)).results[0].shape
    except LoadFailure as failure:
        return failure.type, failure.text


DENSE, CONV = layer("Dense", units=2), layer("Conv2D", filters=2, kernel_size=[3, 3], padding="valid")
LSTM, ADD, JOIN = layer("LSTM", units=2), layer("Add"), layer("Concatenate", axis=-1)
INNER = layer("Sequential", layers=[layer("Dense", "deep", units=2, batch_input_shape=[N, 4])])
STEPS = layer("TimeDistributed", layer=layer("Dense", "deep", units=2))


@pytest.mark.parametrize(
    ("entry", "calls", "expected"),
    [
        (DENSE, [[[N, 3, 4]]], (N, 3, 2)),
        (CONV, [[[N, 6, N, 3]]], (N, 4, N, 2)),
        (layer("Conv2DTranspose", filters=2, kernel_size=3), [[[N, 2, 2, 3]]], (N, 4, 4, 2)),
        (layer("DepthwiseConv2D", kernel_size=2, strides=2, depth_multiplier=2), [[[N, 5, 4, 3]]], (N, 2, 2, 6)),
        (layer("MaxPooling2D", pool_size=[2, 1], data_format="channels_first"), [[[N, 3, 6, 6]]], (N, 3, 3, 6)),
        (layer("GRU", units=2, return_sequences=True), [[[N, 5, 4]]], (N, 5, 2)),
        (layer("Bidirectional", layer=LSTM, merge_mode="concat"), [[[N, 5, 4]]], (N, 4)),
        (STEPS, [[[N, 3, 4, 5]]], (N, 3, 4, 2)),
        (ADD, [[[N, 3, 4], [2, 1, N]]], (2, 3, 4)),
        (JOIN, [[[N, 4], [2, 3]]], (2, 7)),
        (layer("Reshape", target_shape=[-1, 3]), [[[N, 6]]], (N, 2, 3)),
        (layer("Cropping2D", cropping=[[1, 0], [2, 2]]), [[[N, 6, 6, 3]]], (N, 5, 2, 3)),
        (layer("GlobalAveragePooling2D", keepdims=True), [[[N, 6, 6, 3]]], (N, 1, 1, 3)),
        (layer("Permute", dims=[2, 1]), [[[N, 7, 3]]], (N, 3, 7)),
        (INNER, [[[N, 5, 4]]], (N, 5, 2)),
        (layer("NotKnown"), [[[N, 4]]], None),
    ],
)
def test_outputs(entry, calls, expected):
    shift = 1 if entry is INNER else 0  # a model was called once when it was made
    made = model(entry, *calls)
    made["config"]["output_layers"][0][1] += shift
    assert rebuilt(walk(), made).results[0].shape == expected


CALLING = 'Exception encountered when calling layer "it" '


@pytest.mark.parametrize(
    ("release", "entry", "calls", "kind", "start"),
    [
        (
            (2, 3),
            DENSE,
            [[[N]]],
            "ValueError",
            "Input 0 of layer it is incompatible with the layer: : expected min_ndim=2",
        ),
        (
            (2, 15),
            DENSE,
            [[[N, 4], [N, 4]]],
            "ValueError",
            'Layer "it" expects 1 input(s), but it received 2 input tens',
        ),
        ((2, 6), DENSE, [[[N, N]]], "ValueError", "The last dimension of the inputs to `Dense` should be defined."),
        (
            (2, 15),
            layer("Dense", units=2, dtype="int32"),
            [[[N, 4]]],
            "TypeError",
            "A Dense layer can only be built with",
        ),
        # Of a layer that is built only the releases before KerasTensors ask for the spec again.
        (
            (2, 3),
            DENSE,
            [[[N, 4]], [[N, 7]]],
            "ValueError",
            "Input 0 of layer it is incompatible with the layer: expec",
        ),
        ((2, 6), DENSE, [[[N, 4]], [[N, 7]]], "ValueError", "Dimensions must be equal, but are 7 and 4 for '{{node i"),
        (
            (2, 8),
            DENSE,
            [[[N, 4]], [[N, 7]]],
            "ValueError",
            CALLING + "(type Dense).\n\nDimensions must be equal, but a",
        ),
        (
            (2, 1),
            CONV,
            [[[N, 2, 6, 3]]],
            "ValueError",
            "Negative dimension size caused by subtracting 3 from 2 for 'it",
        ),
        ((2, 6), CONV, [[[N, 6, 6, N]]], "ValueError", "The channel dimension of the inputs should be defined. Found"),
        ((2, 2), CONV, [[[N, 5, 6, 6, 3]]], "ValueError", "Input 0 of layer it is incompatible with the layer: expec"),
        ((2, 8), LSTM, [[[N, 3, N]]], "TypeError", "int() argument must be a string, a bytes-like object or a real nu"),
        (
            (2, 15),
            LSTM,
            [[[N, 3, 4], [N, 5], [N, 5]]],
            "ValueError",
            "An `initial_state` was passed that is not compati",
        ),
        ((2, 15), ADD, [[[N, 4]]], "ValueError", "A merge layer should be called on a list of inputs. Received: input"),
        (
            (2, 6),
            ADD,
            [[[N, 4], [N, 3]]],
            "ValueError",
            "Operands could not be broadcast together with shapes (4,) (3,",
        ),
        (
            (2, 15),
            ADD,
            [[[2, 4], [3, 4]]],
            "ValueError",
            "Cannot merge tensors with different batch sizes. Got tensors",
        ),
        (
            (2, 15),
            JOIN,
            [[[N, 3, 4], [N, 1, 4]]],
            "ValueError",
            "A `Concatenate` layer requires inputs with matching sh",
        ),
        (
            (2, 3),
            layer("Dot", axes=1),
            [[[N, 4], [N, 3]]],
            "ValueError",
            "Dimension incompatibility 4 != 3. Layer shapes:",
        ),
        (
            (2, 8),
            layer("Reshape", target_shape=[2, 3]),
            [[[N, 7]]],
            "ValueError",
            CALLING + "(type Reshape).\n\ntotal siz",
        ),
        (
            (2, 8),
            layer("BatchNormalization", axis=3),
            [[[N, 4]]],
            "ValueError",
            "Invalid axis. Expected 0 <= axis < inpu",
        ),
        (
            (2, 4),
            layer("BatchNormalization", axis=[1]),
            [[[N, N]]],
            "ValueError",
            "('Input has undefined `axis` dimensio",
        ),
        ((2, 15), STEPS, [[[N, 7]]], "ValueError", "`TimeDistributed` Layer should be passed an `input_shape ` with a"),
        (
            (2, 13),
            layer("GlobalMaxPooling1D"),
            [[[N, 0, 3]]],
            "ValueError",
            "Incorrect input shape [None, 0, 3] with dim",
        ),
        (
            (2, 3),
            INNER,
            [[[N, 7]]],
            "ValueError",
            "Input 0 of layer deep is incompatible with the layer: expected axis -1",
        ),
        (
            (2, 15),
            INNER,
            [[[N, 7]]],
            "ValueError",
            CALLING + '(type Sequential).\n\nInput 0 of layer "deep" is incompat',
        ),
    ],
)
def test_refusals(release, entry, calls, kind, start):
    found = called(release, entry, *calls)
    assert (found[0], found[1][: len(start)]) == (kind, start)


def test_what_is_not_followed_is_not_refused():
    """A layer of the user's may put out anything, of which a Dense layer says nothing."""
    first = {**layer("NotKnown", "own"), "name": "own", "inbound_nodes": [[["in0", 0, 0, {}]]]}
    made = model(layer("LSTM", units=2), [[N, 4]])
    made["config"]["layers"].insert(1, first)
    made["config"]["layers"][-1]["inbound_nodes"] = [[["own", 0, 0, {}]]]
    assert list(call_events(walk(), made)) == []


def test_what_a_layer_was_built_on_says_its_weights():
    """Past a merge, too: the kernel of the Dense layer is made for what the sum puts out."""
    made = model(DENSE, [[N, 4], [N, 3]])
    layers = made["config"]["layers"]
    node = layers[-1]["inbound_nodes"][0]
    layers.insert(2, {**layer("Concatenate", "join", axis=-1), "name": "join", "inbound_nodes": [node]})
    layers[-1]["inbound_nodes"] = [[["join", 0, 0, {}]]]
    kernel = {layer.name: layer for layer in model_layers(made, (2, 15), network_of(walk(), made))}["it"].made[0]
    assert kernel.shape == (7, 2)


HEADS = {"num_heads": 2, "key_dim": 3, "value_dim": None, "use_bias": True, "output_shape": None}
STACK = {"class_name": "StackedRNNCells", "config": {"cells": [layer("LSTMCell", units=2), layer("GRUCell", units=3)]}}


@pytest.mark.parametrize(
    ("kind", "config", "shapes"),
    [
        ("RNN", {"cell": STACK}, [(4, 8), (2, 8), (8,), (2, 9), (3, 9), (9,)]),
        ("MultiHeadAttention", HEADS, [(4, 2, 3), (2, 3), (N, 2, 3), (2, 3), (N, 2, 3), (2, 3), (2, 3, 4), (4,)]),
        ("PReLU", {"shared_axes": [1]}, [(1, 4)]),
        ("BatchNormalization", {"renorm": True, "axis": [2]}, [(4,)] * 7),
        ("Dense", {"units": 2.5}, [(4, 2), (2,)]),
        ("BatchNormalization", {"axis": [1, 2], "center": False}, [(1, 6, 4)] * 3),
        ("LocallyConnected1D", {"filters": 3, "kernel_size": [2], "strides": [1]}, [(5, 8, 3), (5, 3)]),
    ],
)
def test_variables_of_other_layers(kind, config, shapes):
    assert [one.shape for one in variables(kind, config, (N, 6, 4))] == shapes


@pytest.mark.parametrize(
    ("release", "name", "start"),
    [
        ((2, 15), "with space", "'with space/' is not a valid root scope name. A root scope name has to match"),
        ((2, 6), "größe", "'größe/' is not a valid scope name"),
        ((2, 6), "_private", "'_private/' is not a valid scope name"),
        ((2, 6), "a/b.c>d-1", None),
    ],
)
def test_names_are_scopes(release, name, start):
    """Keras 3 asks nothing of a name; Keras 2 opens a scope of it."""
    found = called(release, layer("Dense", name, units=2), [[N, 4]])
    assert found == (N, 2) if start is None else found[1].startswith(start)


@pytest.mark.parametrize(
    ("release", "shape", "expected"),
    [
        ((2, 6), [N, -1], ("ValueError", "Dimension -1 must be >= 0")),
        ((2, 3), [N, -1], ("ValueError", "Error converting shape to a TensorShape: Dimension -1 must be >= 0.")),
        ((2, 15), [N, "a"], ("TypeError", "Error when deserializing class 'InputLayer' using config=")),
    ],
)
def test_sizes_of_inputs(release, shape, expected):
    kind, text = called(release, DENSE, [shape])
    assert (kind, text[: len(expected[1])]) == expected


MEAN = [0.0, 1.0, 2.0, 3.0]


@pytest.mark.parametrize(
    ("axis", "size", "start"),
    [
        ([-1], 4, None),
        ([-1], 7, "operands could not be broadcast together with shapes (4,) (7,)"),
        (None, 4, "Input to reshape is a tensor with 4 values, but the requested shape has 1"),
    ],
)
def test_a_mean_that_is_given_fits_the_axes_that_are_kept(axis, size, start):
    found = called((2, 8), layer("Normalization", axis=axis, mean=MEAN, variance=MEAN), [[N, size]])
    assert found == (N, size) if start is None else found[1].startswith(start)


def test_policies_of_the_experimental_module_are_plain_ones():
    policy = {"class_name": "PolicyV1", "config": {"name": "mixed_float16", "loss_scale": None}}
    stored = layer("Dense", units=2, dtype=policy)
    assert list(object_events(walk("2.10.0"), LAYER, stored)) == []


@pytest.mark.parametrize(("rate", "refused"), [(0, False), (1, False), (0.5, False), (1.5, True), (-1, True)])
def test_a_whole_number_is_as_good_as_a_fraction(rate, refused):
    dropout = {"class_name": "Dropout", "config": {"name": "d", "rate": rate, "noise_shape": None, "seed": None}}
    assert (raised(object_events(walk("2.8.0"), LAYER, dropout)) is not None) is refused


@pytest.mark.parametrize(
    ("kind", "config"),
    [
        ("Permute", {"dims": [3, 1, 2]}),
        ("Lambda", {"function": ["4wEAAAA=", None, None]}),
        ("TextVectorization", {"batch_input_shape": [None]}),
        ("TextVectorization", {"batch_input_shape": (None,)}),
    ],
)
def test_lists_of_another_length_are_no_odd_values(kind, config):
    """An order of axes is as long as the input has axes; a function is stored in three parts."""
    here = walk("2.8.0")
    cls = class_of(here, LAYER, kind, config)
    assert list(made_events(here, cls, config)) == []


def test_a_convolutional_rnn_gives_its_states():
    assert outputs_of("ConvLSTM2D", {"return_state": True}, is_own=True) is None
    assert outputs_of("ConvLSTM2D", {"return_state": False}, is_own=True) == 1


def test_the_zip_format_tells_own_classes_from_keras_ones():
    """And that a layer is built when it is called, whatever shape its `build_config` names."""
    here = replace(walk("2.13.1"), path="v3")
    made = model({**DENSE, "build_config": {"input_shape": [N, N]}}, [[N, 7]])
    assert raised(call_events(here, made)) is None
    nowhere = model(DENSE, [[N, N]])
    assert raised(call_events(here, nowhere))[0] == "ValueError"
    assert raised(call_events(here, model({**DENSE, "registered_name": "mine>Dense"}, [[N, N]]))) is None


@pytest.mark.parametrize("value", [None, -1, 2.5, "x", True, [], {}, [None], [[1, 2]], {"class_name": "x"}])
@pytest.mark.parametrize(
    "key", ["units", "filters", "kernel_size", "padding", "axis", "layer", "data_format", "merge_mode"]
)
def test_whatever_a_config_holds_can_be_followed(key, value):
    """A file may hold anything: nothing but the loader's own exceptions comes out."""
    for kind in ("Dense", "Conv2D", "BatchNormalization", "Bidirectional", "TimeDistributed", "LocallyConnected2D"):
        made = model(layer(kind, **{"units": 2, "filters": 2, "kernel_size": [2, 2], key: value}), [[N, 6, 6, 3]])
        list(call_events(walk(), made))
        model_layers(made, (2, 15), network_of(walk(), made))


@pytest.mark.parametrize(
    ("cell", "paths"),
    [
        ({"class_name": "GRUCell", "config": {"name": "c", "units": 2}}, ["/layers/rnn/cell"]),
        (
            {
                "class_name": "StackedRNNCells",
                "config": {"cells": [{"class_name": "LSTMCell", "config": {"name": n, "units": 2}} for n in "ab"]},
            },
            ["/layers/rnn/cell/cells/lstm_cell", "/layers/rnn/cell/cells/lstm_cell_1"],
        ),
        ({"class_name": "Mine", "config": {}}, []),
        ({"class_name": ["Mine"], "config": {}}, []),
        (None, []),
    ],
)
def test_cells_hold_the_variables_of_an_rnn(cell, paths):
    place = _Place("rnn", "RNN", {"cell": cell}, "/layers/rnn", None)
    assert [one.path for one in _cells(place)] == paths


@pytest.mark.parametrize(
    ("kind", "config", "count"),
    [
        ("ZeroPadding2D", {"padding": [[1, 0], [0, 1]]}, 0),
        ("Dense", {"units": "3"}, 2),
        ("Dense", {"units": "x"}, None),
    ],
)
def test_layers_whose_values_are_odd_still_count_their_variables(kind, config, count):
    made = variables(kind, config, (None, 4))
    assert (None if made is None else len(made)) == count


@pytest.mark.parametrize(
    ("release", "kind", "shape", "start"),
    [
        ((2, 8), "RandomZoom", [N, 6, 6, 3], None),
        ((2, 8), "RandomZoom", [N, 6, 3], None),
        ((2, 5), "RandomZoom", [N, 6, 3], "Shape must be rank 4 but is rank 3 for '{{node it/transform/Image"),
        ((2, 5), "RandomRotation", [N, 6], "slice index 2 of dimension 0 out of bounds."),
        ((2, 6), "RandomRotation", [N, 6], "slice index -1 of dimension 0 out of bounds."),
        ((2, 8), "UpSampling2D", N, "'images' contains no shape."),
        ((2, 8), "UpSampling1D", N, "as_list() is not defined on an unknown TensorShape."),
        ((2, 8), "PReLU", N, "as_list() is not defined on an unknown TensorShape."),
        ((2, 15), "UnitNormalization", [N, 6], None),
        ((2, 15), "UnitNormalization", N, "Input has undefined rank."),
    ],
)
def test_images_and_tensors_without_a_rank(release, kind, shape, start):
    found = called(release, layer(kind), [shape])
    if start is None:
        assert found is None or len(found) == len(shape)
    else:
        assert found[0] == "ValueError"
        assert start in found[1]


def test_an_input_that_names_no_shape_has_no_rank():
    entry = {**layer("InputLayer", "in0"), "name": "in0", "inbound_nodes": []}
    made = model(DENSE, [[N, 4]])
    made["config"]["layers"][0] = entry
    assert "should be defined" in raised(call_events(walk(), made))[1]


def test_a_kernel_of_whole_numbers_is_refused_by_the_number_of_its_dtype():
    refused = called((2, 12), layer("Dense", units=2, dtype=5), [[N, 4]])
    assert refused[1].endswith("with a floating-point dtype. Received: dtype=<dtype: 'int16'>")
    assert called((2, 12), layer("Dense", units=2, dtype=1), [[N, 4]]) == (N, 2)
