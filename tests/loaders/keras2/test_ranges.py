"""Values of the right type that constructors of Keras 2 refuse, with the release since which each does."""

import pytest
from keras2_models import hdf5, raised, walk

from inspector.loaders.keras2.constructors import layer_value_events
from inspector.loaders.keras2.h5 import _optimizer_state
from inspector.loaders.keras2.ranges import range_events
from inspector.terms.keras import Attribute, Hdf5Dataset, KerasModel, StringType
from inspector.terms.record import replace

CONV = {"filters": 4, "kernel_size": [2, 2], "strides": [1, 1], "dilation_rate": [1, 1], "groups": 1}


def refused(release, kind, **config):
    """The first exception's class and text; None where the value is taken."""
    found = next(iter(range_events(replace(walk(), release=release), kind, {"name": "it", **config})), None)
    return None if found is None else (found.error.type, found.error.message)


@pytest.mark.parametrize(
    ("kind", "config", "before", "since", "start"),
    [
        ("Conv2D", CONV | {"filters": 0}, (2, 8), (2, 9), "Invalid value for argument `filters`."),
        ("Conv2D", CONV | {"filters": -1}, (2, 5), (2, 6), "Received a negative value for `filters`."),
        ("Conv2D", CONV | {"groups": 3}, (2, 2), (2, 3), "The number of filters must be evenly divisible"),
        ("Conv2D", CONV | {"kernel_size": [0, 1]}, (2, 2), (2, 3), "The argument `kernel_size` cannot contain 0(s)."),
        ("ThresholdedReLU", {"theta": -1}, (2, 4), (2, 5), "The theta value of a Thresholded ReLU layer should be >=0"),
        ("UpSampling2D", {"interpolation": "x"}, (2, 12), (2, 13), "Value not recognized for `interpolation`: x."),
        ("Conv2D", CONV | {"strides": [0, 1]}, (2, 4), (2, 5), "The argument `strides` cannot contains 0(s)."),
        (
            "Conv2D",
            CONV | {"strides": [2, 2], "dilation_rate": [2, 1]},
            (2, 12),
            (2, 13),
            "`strides > 1` not supported",
        ),
        ("Dropout", {"rate": 1.5}, (2, 5), (2, 6), "Invalid value 1.5 received for `rate`"),
        ("Embedding", {"input_dim": 0, "output_dim": 2}, (2, 2), (2, 3), "Both `input_dim` and `output_dim` should"),
        ("GRU", {"units": 0}, (2, 10), (2, 11), "Received an invalid value for argument `units`"),
        ("StringLookup", {"pad_to_max_tokens": True}, (2, 5), (2, 6), "If pad_to_max_tokens is True, must set"),
    ],
)
def test_values_that_later_releases_refuse(kind, config, before, since, start):
    assert refused(before, kind, **config) is None
    assert refused(since, kind, **config)[1].startswith(start)


@pytest.mark.parametrize(
    ("kind", "config", "expected"),
    [
        ("Conv2D", CONV | {"padding": "causal"}, "Causal padding is only supported for `Conv1D`and `SeparableConv1D`."),
        ("Conv1D", CONV | {"padding": "causal"}, None),
        ("Conv2DTranspose", CONV | {"output_padding": [1, 1]}, "Strides must be greater than output padding."),
        ("RandomZoom", {"fill_mode": "nearest", "interpolation": "bilinear"}, None),
        ("RandomZoom", {"interpolation": "bicubic"}, "Unknown `interpolation` bicubic."),
        ("RandomFlip", {"mode": "sideways"}, "RandomFlip layer it received an unknown mode argument sideways"),
        ("Permute", {"dims": [0, 1]}, "Invalid permutation argument `dims` for Permute Layer."),
        ("Hashing", {"num_bins": 0}, "The `num_bins` for `Hashing` cannot be `None` or non-positive values."),
        ("Hashing", {"num_bins": 2, "output_mode": "bad"}, "Unkown value for `output_mode` argument of layer Hashing."),
        ("IntegerLookup", {"max_tokens": 1}, "If `max_tokens` is set for `IntegerLookup`, it must be greater than 1."),
        ("LocallyConnected1D", {"padding": "same"}, 'Invalid border mode for LocallyConnected1D (only "valid" is'),
        ("LocallyConnected1D", {"padding": "same", "implementation": 2}, None),
        ("ConvLSTM2D", {"unroll": True}, "Unrolling is not possible with convolutional RNNs."),
    ],
)
def test_values_that_are_refused(kind, config, expected):
    found = refused((2, 8), kind, **config)
    assert found is None if expected is None else found[1].startswith(expected)


def test_halves_of_a_bidirectional_run_against_each_other():
    layer = {"class_name": "LSTM", "config": {"units": 2, "go_backwards": False}}
    back = {"class_name": "LSTM", "config": {"units": 2, "go_backwards": True}}
    assert refused((2, 8), "Bidirectional", layer=layer, backward_layer=back) is None
    assert refused((2, 8), "Bidirectional", layer=layer, backward_layer=layer)[1].startswith("Forward layer and backw")


POLICY = {"class_name": "Policy", "config": {"name": "mixed_float16"}}


@pytest.mark.parametrize(
    ("keras", "kind", "config", "is_refused"),
    [
        ("2.8.0", "Hashing", {"num_bins": 3}, True),
        ("2.8.0", "Hashing", {"num_bins": 3, "output_mode": "one_hot"}, False),
        ("2.6.0", "Hashing", {"num_bins": 3}, False),
        ("2.6.0", "InputLayer", {"batch_input_shape": [None, 4]}, True),
        ("2.8.0", "Dense", {"units": 3}, False),
    ],
)
def test_a_dtype_that_must_be_no_policy(keras, kind, config, is_refused):
    events = layer_value_events(walk(keras), kind, {"name": "it", **config, "dtype": POLICY})
    assert (raised(events) is not None) is is_refused


def trained(is_legacy, *stored):
    """A model whose file lists two variables of its optimizer, and has the ones that are given."""
    group, file = "/optimizer_weights", hdf5({})
    datasets = {f"{group}/{name}": Hdf5Dataset(f"{group}/{name}", "float32", (), 4) for name in stored}
    names = {group: {"weight_names": Attribute(["iter:0", "m:0"], StringType.FIXED_BYTES)}}
    file = replace(file, groups=(*file.groups, group), attributes={**file.attributes, **names}, datasets=datasets)
    compiled = {"optimizer_config": {"class_name": "SGD", "config": {"is_legacy_optimizer": is_legacy}}}
    return KerasModel({}, "{}", "", compile_config=compiled, hdf5=file)


@pytest.mark.parametrize(
    ("release", "is_legacy", "stored", "expected"),
    [
        ((2, 12), False, ["iter:0", "m:0"], None),
        ((2, 12), False, ["m:0"], "iter:0"),
        ((2, 6), True, ["iter:0"], "m:0"),
        ((2, 10), False, [], None),
    ],
)
def test_listed_variables_of_the_optimizer_are_there(release, is_legacy, stored, expected):
    found = raised(_optimizer_state(replace(walk(), release=release), trained(is_legacy, *stored)))
    assert found is None if expected is None else (found[0] == "KeyError" and expected in found[1])
