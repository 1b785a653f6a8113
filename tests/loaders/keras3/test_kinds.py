"""Kinds of failing loads of Keras 3, each with a release or a config in which it must not fire."""

# ruff: noqa: E501 - a case of a table stands on one line
import pytest
from keras3_models import (
    PREDICT,
    TINY_LAYERS,
    TINY_WEIGHTS,
    dense,
    h5,
    inputs,
    judge,
    keras_zip,
    layer,
    raised,
    sequential,
)
from test_graphs import functional, in_graph, node

from inspector.terms.artifact import Damage, DamageKind
from inspector.terms.record import replace

LSTM = layer("LSTM", {"name": "r", "units": 2, "return_sequences": False})
CELL = {"/layers/lstm/cell/vars/0": (3, 8), "/layers/lstm/cell/vars/1": (2, 8), "/layers/lstm/cell/vars/2": (8,)}
POLICY = {
    "module": "keras",
    "class_name": "QuantizedDTypePolicy",
    "registered_name": None,
    "config": {"mode": "int4", "source_name": "float32"},
}


def alone(stored, *shape):
    return sequential(inputs(*shape), stored)


@pytest.mark.parametrize(
    ("stored", "shape", "release", "text"),
    [
        (layer("Conv1D", {"name": "c", "filters": "two", "kernel_size": [2]}), (6, 3), "3.8.0", "'<=' not supported between instances of 'str' and 'int'"),
        (layer("Conv1D", {"name": "c", "filters": None, "kernel_size": [2]}), (6, 3), "3.8.0", "Shapes used to initialize variables must be fully-defined"),
        (layer("Conv1D", {"name": "c", "filters": 2, "kernel_size": [2]}), (6, 3), "3.8.0", None),
        (dense("d", -3), (4,), "3.8.0", "Cannot convert '(4, -3)' to a shape. Negative dimensions are not allowed."),
        (layer("TextVectorization", {"name": "t", "standardize": "mine", "split": None, "ngrams": None}), (1,), "3.8.0", "Unknown value for `standardize` argument of TextVectorization."),
        (layer("TextVectorization", {"name": "t", "standardize": "lower", "split": None, "ngrams": [1, 2]}), (1,), "3.8.0", None),
        (layer("Lambda", {"name": "l", "function": "lambda x: x"}), (4,), "3.8.0", "unsupported callable"),
        (dense("d", 2, dtype=POLICY), (4,), "3.9.2", "Invalid quantization mode. Expected one of ('int8', 'float8')"),
    ],
)  # fmt: skip
def test_values_that_constructors_look_at(stored, shape, release, text):
    found = (
        raised(h5(alone(stored, *shape)), release)
        if text is None
        else raised(keras_zip(alone(stored, *shape)), release)
    )
    if text is None:
        # Nothing is wrong with the config: at most the weights that this file lacks are missed.
        assert found is None or "layers" in found[1]
    else:
        assert text in found[1]


@pytest.mark.parametrize(
    ("attribute", "shape", "text"),
    [("/layers/lstm/cell/vars/0", (3, 8), None), ("/layers/lstm/cell/vars/0", (4, 8), "object <LSTMCell name=lstm_cell, built=True>")],
)  # fmt: skip
def test_cells_are_held_against_their_weights(attribute, shape, text):
    found = raised(keras_zip(alone(LSTM, 5, 3), {**CELL, attribute: shape}), "3.12.0")
    assert found is None if text is None else text in found[1]


@pytest.mark.parametrize(("folder", "fails"), [("query_dense", False), ("_query_dense", False), ("other", True)])
def test_projections_are_looked_for_under_two_names(folder, fails):
    stored = layer("MultiHeadAttention", {"name": "a", "num_heads": 2, "key_dim": 2, "use_bias": False})
    at = "/layers/multi_head_attention"
    held = {f"{at}/{name}/vars/0": (4, 2, 2) for name in ("key_dense", "value_dense", folder)}
    held[f"{at}/output_dense/vars/0"] = (2, 2, 4)
    call = node("x", "x")
    model = functional(in_graph(inputs(3, 4)), in_graph(stored, call), outputs="a")
    found = raised(keras_zip(model, held), "3.8.0")
    assert (found is not None and "EinsumDense name=query" in found[1]) is fails


@pytest.mark.parametrize(("axis", "shape", "fits"), [(-1, (4,), True), (None, (), True), (-1, (), False)])
def test_an_adapted_normalization_has_the_axes_that_it_keeps(axis, shape, fits):
    stored = layer("Normalization", {"name": "n", "axis": axis, "mean": None, "variance": None})
    held = {
        "/layers/normalization/vars/0": shape,
        "/layers/normalization/vars/1": shape,
        "/layers/normalization/vars/2": (),
    }
    assert (raised(keras_zip(alone(stored, 4), held), "3.9.2") is None) is fits


def test_an_h5_drops_the_axis_that_is_null():
    stored = layer("Normalization", {"name": "n", "axis": None, "mean": None, "variance": None})
    found = raised(h5(alone(stored, 4), {"n": {"mean": (), "variance": (), "count": ()}}), "3.9.2")
    assert "Weight expects shape (4,). Received saved weight with shape ()" in found[1]


@pytest.mark.parametrize(
    ("release", "mask", "fails"), [("3.8.0", None, True), ("3.8.0", "not_equal", False), ("3.12.0", None, False)]
)
def test_masks_that_a_file_does_not_name_bring_a_second_operation(release, mask, fails):
    x = in_graph(inputs(4))
    embedding = in_graph(
        layer("Embedding", {"name": "e", "input_dim": 9, "output_dim": 2, "mask_zero": True}), node("x")
    )
    tensor = node("not_equal")["args"][0]
    taken = {**node("e"), "kwargs": {"mask": tensor if mask else None}}
    pool = in_graph(layer("GlobalAveragePooling1D", {"name": "p"}), taken)
    other = in_graph(layer("GlobalAveragePooling1D", {"name": "q"}), {**node("e"), "kwargs": {"mask": tensor}})
    equal = {
        "module": "keras.src.ops.numpy",
        "class_name": "NotEqual",
        "config": {"name": "not_equal"},
        "registered_name": "NotEqual",
    }
    model = functional(
        x,
        embedding,
        in_graph(equal, node("x")),
        pool,
        other,
        in_graph(layer("Add", {"name": "a"}), node("p", "q")),
        outputs="a",
    )
    model["config"]["layers"][-1]["inbound_nodes"][0]["args"] = [node("p", "q")["args"]]
    found = raised(keras_zip(model, {"/layers/embedding/vars/0": (9, 2)}), release)
    assert (
        found
        == ("ValueError", 'The name "not_equal" is used 2 times in the model. All operation names should be unique.')
    ) is fails


def test_an_input_that_the_model_does_not_list_is_disconnected():
    model = functional(
        in_graph(inputs(4)), in_graph(inputs(4, name="y")), in_graph(dense("d1", 3), node("y")), outputs="d1"
    )
    assert raised(keras_zip(model, TINY_WEIGHTS), "3.8.0")[1].startswith(
        "Graph disconnected: cannot find parent for tensor"
    )


@pytest.mark.parametrize(("release", "kind"), [("3.9.2", None), ("3.12.0", "ValueError"), ("3.15.1", None)])
def test_an_input_that_no_layer_takes(release, kind):
    model = functional(
        in_graph(inputs(4)), in_graph(inputs(4, name="y")), in_graph(dense("d1", 3), node("x")), outputs="d1"
    )
    model["config"]["input_layers"].append(["y", 0, 0])
    held = {"/layers/dense/vars/0": (4, 3), "/layers/dense/vars/1": (3,)}
    found = raised(keras_zip(model, held), release)
    assert found is None if kind is None else found == (kind, "`inputs` not connected to `outputs`")


@pytest.mark.parametrize(("training", "text"), [(None, None), ("null", "'NoneType' object is not subscriptable")])
def test_a_training_config_of_null_is_there(training, text):
    artifact = h5(sequential(inputs(4), dense("d1", 3), dense("d2", 1)), TINY_LAYERS)
    if training:
        attributes = {**artifact.weights.attributes, "/": {"training_config": None}}
        artifact = replace(
            artifact, keras=replace(artifact.keras, hdf5=replace(artifact.weights, attributes=attributes))
        )
    found = raised(artifact, "3.12.0")
    assert found is None if text is None else found == ("TypeError", text)


@pytest.mark.parametrize(("release", "fails"), [("3.2.1", True), ("3.8.0", False)])
def test_old_wrappers_keep_the_layer_that_they_copy(release, fails):
    inner = {**layer("LSTM", {"name": "forward_r", "units": 2}), "build_config": {"input_shape": [None, 5, 3]}}
    stored = layer("Bidirectional", {"name": "b", "layer": inner, "merge_mode": "concat"})
    at = "/layers/bidirectional"
    held = {
        path.replace("/layers/lstm", f"{at}/{side}_layer"): shape
        for side in ("forward", "backward")
        for path, shape in CELL.items()
    }
    found = raised(keras_zip(alone(stored, 5, 3), held), release)
    assert (found is not None and "Layer 'lstm_cell' expected 3 variables, but received 0" in found[1]) is fails


@pytest.mark.parametrize(("defaults", "fails"), [([3.0], True), (None, False)])
def test_defaults_of_a_lambda_stay_a_list(defaults, fails):
    code = "4wEAAAAAAAAAAAAAAAEAAAADAAAA8wYAAACXAHwAUwApAU6pACkB2gF4cwEAAAAg+gE82gg8bGFtYmRhPnIFAAAAAQAAAHMGAAAAgACYMYAA8wAAAAA="
    function = {"class_name": "__lambda__", "config": {"code": code, "defaults": defaults, "closure": None}}
    stored = layer("Lambda", {"name": "l", "function": function, "output_shape": None})
    found = judge(h5(alone(stored, 4)), "3.8.0")["keras.models.load_model"]
    assert any(problem.error.message == "arg 4 (defaults) must be None or tuple" for problem in found.problems) is fails


@pytest.mark.parametrize(("invert", "fails"), [(True, True), (False, False)])
def test_an_inverted_lookup_takes_no_strings(invert, fails):
    words = layer("InputLayer", {"batch_shape": [None, 1], "dtype": "string", "name": "x"})
    stored = layer("StringLookup", {"name": "s", "vocabulary": ["a"], "invert": invert})
    found = judge(keras_zip(sequential(words, stored)), "3.8.0")[PREDICT].error
    assert (found is not None and found.type == "UnimplementedError") is fails


@pytest.mark.parametrize(("dtype", "fails"), [("void16", True), ("float32", False)])
def test_bfloat16_in_hdf5_is_opaque(dtype, fails):
    artifact = h5(sequential(inputs(4), dense("d1", 3), dense("d2", 1)), TINY_LAYERS)
    datasets = {path: replace(found, dtype=dtype) for path, found in artifact.weights.datasets.items()}
    artifact = replace(artifact, keras=replace(artifact.keras, hdf5=replace(artifact.weights, datasets=datasets)))
    assert (raised(artifact, "3.12.0") == ("ValueError", "No cast function available.")) is fails


def test_damaged_attributes_and_archives_raise_in_their_own_classes():
    artifact = h5(sequential(inputs(4), dense("d1", 3), dense("d2", 1)), TINY_LAYERS)
    broken = {"/model_weights/d1": "Error iterating over attributes (wrong version number in dataspace message)"}
    damaged = replace(artifact, keras=replace(artifact.keras, hdf5=replace(artifact.weights, broken=broken)))
    text = "Can't synchronously determine if attribute exists by name (wrong version number in dataspace message)"
    assert raised(damaged, "3.12.0") == ("RuntimeError", text)
    archive = keras_zip(sequential(inputs(4)))
    unread = replace(archive.keras, config=None, raw_config=None, config_error="Bad CRC-32 for file 'config.json'")
    assert raised(replace(archive, keras=unread)) == ("BadZipFile", "Bad CRC-32 for file 'config.json'")
    shut = Damage("m.keras", DamageKind.CORRUPT, "Bad magic number for central directory")
    assert raised(replace(archive, keras=None, damage=(shut,))) == ("BadZipFile", shut.reason)


@pytest.mark.parametrize(("name", "kind"), [("Model", "ValueError"), ("Functional", "TypeError")])
def test_a_model_without_a_graph_goes_to_its_constructor(name, kind):
    stored = {**sequential(inputs(4), dense()), "class_name": name}
    assert raised(h5(stored), "3.8.0")[0] == kind


@pytest.mark.parametrize(
    ("release", "count", "cause"),
    [
        ("3.8.0", 1, "iteration over a 0-d array"),
        ("3.12.0", 3, "Object arrays cannot be loaded when allow_pickle=False"),
    ],
)
def test_weights_in_npz_are_read_back_by_no_release(release, count, cause):
    artifact = keras_zip(
        sequential(inputs(4), dense("d1", 3), dense("d2", 1)), members=("config.json", "model.weights.npz")
    )
    kind, text = raised(artifact, release)
    assert kind == "ValueError"
    assert text.startswith(
        f"A total of {count} objects could not be loaded. Example error message for object <Sequential"
    )
    assert cause in text


@pytest.mark.parametrize(("release", "op"), [("3.7.0", "[Op:Reshape]"), ("3.8.0", "[Op:BroadcastTo]")])
def test_a_given_mean_is_reshaped_up_to_3_7(release, op):
    stored = layer("Normalization", {"name": "n", "axis": -1, "mean": [0.0] * 3, "variance": [1.0] * 3})
    kind, text = raised(keras_zip(alone(stored, 4)), release)
    assert (kind, op in text) == ("InvalidArgumentError", True)


@pytest.mark.parametrize(("axis", "fails"), [(None, True), (-1, False)])
def test_a_given_mean_is_broadcast_over_the_kept_axes(axis, fails):
    stored = layer("Normalization", {"name": "n", "axis": axis, "mean": [0.0] * 4, "variance": [1.0] * 4})
    found = raised(keras_zip(alone(stored, 4)), "3.9.2")
    assert (
        found is not None and "Unable to broadcast tensor of shape [4] to tensor of shape [1,1]" in found[1]
    ) is fails


@pytest.mark.parametrize(("function", "text"), [("lambda x: x", "unsupported callable"), ("relu", "")])
def test_a_lambda_asks_its_function_for_its_arguments(function, text):
    named = {"module": "keras.activations", "class_name": "function", "config": function, "registered_name": function}
    found = raised(
        keras_zip(alone(layer("Lambda", {"name": "l", "function": function if text else named}), 4)), "3.8.0"
    )
    assert text in found[1] if text else found is None or "unsupported callable" not in found[1]
