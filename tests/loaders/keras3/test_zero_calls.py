"""A loaded model called once on zeros: each kernel that refuses them, and the neighbour that does not."""

import pytest
from keras3_models import PREDICT, h5, inputs, layer, raised, sequential

from inspector.loaders.keras_common.zero_calls import Step, ZeroCall, cropped_away, fed
from inspector.loaders.keras_common.zero_calls import raised as kernel

VALID = {"kernel_size": [3, 3], "strides": [1, 1], "padding": "valid", "filters": 2, "use_bias": True}
TWO = {**VALID, "kernel_size": [2, 2]}
POOL = {"pool_size": [2, 2], "strides": [2, 2], "padding": "valid"}
FIRST = {**VALID, "data_format": "channels_first"}
ONES, ROOM = (1, 1, 1, 3), (1, 8, 8, 3)
EMPTY = "Must provide as many biases as the last dimension of the input tensor: [2] vs. [1,1,1,3] [Op:BiasAdd]"
NEGATIVE = "Computed output size would be negative: -1 [input_size: 1, effective_filter_size: 3, stride: 1] [Op:Conv2D]"


@pytest.mark.parametrize(
    ("name", "config", "given", "tensorflow", "expected"),
    [
        ("Conv2D", VALID, ONES, (2, 8), NEGATIVE),
        ("Conv2D", VALID, ROOM, (2, 8), None),
        ("Conv2D", {**VALID, "padding": "same"}, ONES, (2, 8), None),
        ("Conv2D", VALID, ONES, (1, 15), None),
        ("Conv2D", TWO, ONES, (2, 8), None),
        ("Conv2D", TWO, ONES, (2, 9), EMPTY),
        ("Conv2D", {**TWO, "filters": 3}, ONES, (2, 9), None),
        ("Conv2D", {**TWO, "use_bias": False}, ONES, (2, 9), None),
        ("DepthwiseConv2D", TWO, ONES, (2, 15), None),
        ("DepthwiseConv2D", VALID, ONES, (2, 15), "[Op:DepthwiseConv2dNative]"),
        ("MaxPooling2D", POOL, ONES, (2, 9), None),
        ("MaxPooling2D", POOL, ONES, (2, 10), "mkl_maxpooling_op.cc"),
        ("AveragePooling2D", POOL, ONES, (2, 10), "mkl_avgpooling_op.cc"),
        ("AveragePooling2D", POOL, ONES, (2, 11), None),
        ("Conv2D", FIRST, None, (2, 8), "The op was given the format: NCHW"),
        ("Conv2D", FIRST, None, (2, 9), None),
        ("MaxPooling2D", {**POOL, "data_format": "channels_first"}, None, (2, 9), "only supports NHWC on device type"),
        ("DepthwiseConv2D", FIRST, None, (2, 4), None),
    ],
)
def test_kernels_for_a_cpu(name, config, given, tensorflow, expected):
    found = kernel(ZeroCall(name, config, given, tensorflow))
    assert expected in found[1] if expected else found is None


@pytest.mark.parametrize(
    ("name", "cropping", "given", "shown"),
    [
        ("Cropping1D", [1, 1], (1, 1, 3), "(1, 1)"),
        ("Cropping1D", [1, 1], (1, 3, 3), None),
        ("Cropping2D", [[0, 0], [4, 4]], ROOM, "((0, 0), (4, 4))"),
        ("Cropping2D", [[0, 0], [4, 3]], ROOM, None),
    ],
)
def test_cropping_that_leaves_nothing(name, cropping, given, shown):
    assert cropped_away(name, {"cropping": cropping}, given) == shown


def predicted(kind, config, shape, release="3.8.0"):
    stored = sequential(inputs(*shape), layer(kind, {"name": "l", **config}))
    weights = {"l/kernel:0": (*config["kernel_size"], 3, 2), "l/bias:0": (2,)} if "kernel_size" in config else {}
    return raised(h5(stored, {"l": weights} if weights else {}), release, PREDICT)


def test_an_empty_output_does_not_take_the_bias():
    kind, text = predicted("Conv2D", TWO, (None, None, 3))
    assert kind == "InvalidArgumentError"
    assert "Incompatible shapes: [1,1,1,3] vs. [1,1,1,2] [Op:AddV2]" in text
    assert predicted("Conv2D", TWO, (4, 4, 3)) is None


@pytest.mark.parametrize(("name", "fails"), [("threshold", True), ("relu", False)])
def test_an_activation_that_needs_more_than_the_tensor(name, fails):
    found = predicted("Activation", {"activation": name}, (4,), "3.15.0")
    assert (found is not None and "threshold() missing 2 required" in found[1]) is fails


@pytest.mark.parametrize(
    ("mode", "release", "fails"),
    [("one_hot", "3.2.1", True), ("count", "3.2.1", True), ("multi_hot", "3.2.1", False), ("one_hot", "3.3.3", False)],
)
def test_one_hot_of_numbers_is_cast_since_3_3(mode, release, fails):
    stored = {"name": "x", "layers": [{**inputs(4), "name": "x", "inbound_nodes": []}, None]}
    encoding = layer("CategoryEncoding", {"name": "l", "num_tokens": 5, "output_mode": mode})
    stored["layers"][1] = {**encoding, "name": "l", "inbound_nodes": [[["x", 0, 0, {}]]]}
    ends = {"input_layers": [["x", 0, 0]], "output_layers": [["l", 0, 0]]}
    model = {"module": "keras", "class_name": "Functional", "config": {**stored, **ends}, "registered_name": None}
    found = raised(h5(model), release, PREDICT)
    assert (found is not None and "Value for attr 'TI' of float" in found[1]) is fails


@pytest.mark.parametrize("declared", [(None, "4", 4, 3), (None,), ()])
def test_shapes_that_are_none_are_not_followed(declared):
    steps = [Step("x", "InputLayer", {}, None, declared), Step("c", "Conv2D", VALID, "x"), Step("l", "LSTM", {}, "x")]
    assert [given for _, given in fed(steps)][1:] == [None, None]


def test_a_step_beyond_the_room_rounds_towards_zero():
    wide = {**VALID, "strides": [10**400, 10**400], "use_bias": False}
    assert kernel(ZeroCall("Conv2D", wide, ONES, (2, 9))) is None


GROUPED = "because the input depth of 4 does not match the filter input depth of 2"
DILATED = "implementations do not yet support dilation rates larger than 1. [Op:Conv2DBackpropInput]"


@pytest.mark.parametrize(
    ("class_name", "config", "release", "kind", "text"),
    [
        ("Conv2D", {"groups": 2}, (2, 4), "UnimplementedError", GROUPED),
        ("Conv1D", {"groups": 2}, (2, 3), "UnimplementedError", GROUPED),
        ("Conv2D", {"groups": 2}, (2, 5), None, ""),
        ("Conv2D", {"groups": 1}, (2, 4), None, ""),
        ("Conv1DTranspose", {"dilation_rate": [2]}, (2, 8), "InvalidArgumentError", DILATED),
        ("Conv1DTranspose", {"dilation_rate": [2]}, (2, 10), None, ""),
        ("Conv1DTranspose", {"dilation_rate": [1]}, (2, 8), None, ""),
        ("Conv2DTranspose", {"dilation_rate": [2, 2]}, (2, 8), None, ""),  # atrous_conv2d_transpose
    ],
)
def test_groups_and_gaps_that_a_cpu_lacks(class_name, config, release, kind, text):
    given = (1, *(8,) * (1 if "1D" in class_name else 2), 4)
    found = kernel(ZeroCall(class_name, {"padding": "valid", "kernel_size": [3, 3], **config}, given, release))
    assert (found and found[0]) == kind
    assert kind is None or text.lower() in found[1].lower()
