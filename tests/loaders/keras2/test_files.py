"""Dispatch, HDF5 files, the zip format, compiling."""

import pytest
from keras2_models import (
    HDF5,
    ZIP,
    capabilities,
    dense,
    file_artifact,
    hdf5,
    raised,
    sequential,
    v3_weights,
    walk,
    zip_artifact,
    zip_model,
)

from inspector.loaders.keras2 import outcomes, texts
from inspector.loaders.keras2.dispatch import load_events
from inspector.loaders.keras2.keras_zip import zip_events
from inspector.loaders.keras2.training import compile_events
from inspector.loaders.keras2.weights import weight_events
from inspector.terms.keras import Attribute, StringType

MODEL = sequential(dense(batch_input_shape=[None, 4]), dense("d2", 1))
WEIGHTS = {"d1": {"d1/kernel:0": (4, 3), "d1/bias:0": (3,)}, "d2": {"d2/kernel:0": (3, 1), "d2/bias:0": (1,)}}
NO_SIGNATURE = ("OSError", "Unable to synchronously open file (file signature not found)")
NO_PB = ("OSError", "SavedModel file does not exist at: m.keras/{saved_model.pbtxt|saved_model.pb}")


@pytest.mark.parametrize(
    ("keras", "parts", "expected"),
    [
        ("2.6.0", {"magic": ZIP, "is_zip": True}, NO_PB),
        ("2.10.0", {"magic": ZIP, "is_zip": True}, NO_SIGNATURE),
        ("2.10.0", {"magic": b""}, NO_SIGNATURE),
        ("2.15.0", {"magic": b"version "}, NO_SIGNATURE),
        (
            "2.10.0",
            {"magic": HDF5, "hdf5_signature_offset": 0},
            ("ValueError", texts.no_model_config((2, 10))),
        ),
    ],
)
def test_dispatch(keras, parts, expected):
    made = capabilities(keras)
    assert raised(load_events(walk(keras), file_artifact("m.keras", **parts), made, compiling=True)) == expected


def test_safe_mode_is_a_loader_of_its_own_from_2_12_on():
    artifact = file_artifact("m.h5")
    names = {keras: [o.loader for o in outcomes(artifact, capabilities(keras))] for keras in ("2.10.0", "2.12.0")}
    assert "keras.models.load_model(safe_mode=False)" in names["2.12.0"]
    assert "keras.models.load_model(safe_mode=False)" not in names["2.10.0"]


@pytest.mark.parametrize(
    ("keras", "weights", "expected"),
    [
        ("2.10.0", WEIGHTS, None),
        (
            "2.6.0",
            {"d1": WEIGHTS["d1"]},
            "You are trying to load a weight file containing 1 layers into a model with 2 layers.",
        ),
        (
            "2.10.0",
            {"d1": {"d1/kernel:0": (4, 3)}, "d2": WEIGHTS["d2"]},
            texts.weight_count((2, 10), (0, "d1", "d1"), 2, 1),
        ),
        (
            "2.10.0",
            {"d2": WEIGHTS["d2"], "d1": WEIGHTS["d1"]},
            texts.shape_mismatch((2, 10), "d1/kernel", (4, 3), (3, 1)),
        ),
        (
            "2.6.0",
            {"d2": WEIGHTS["d2"], "d1": WEIGHTS["d1"]},
            texts.shape_mismatch((2, 6), "d1/kernel", (4, 3), (3, 1)),
        ),
    ],
)
def test_weights_are_matched_by_order(keras, weights, expected):
    found = raised(weight_events(walk(keras), MODEL, hdf5(weights)))
    assert (found and found[1]) == expected


def test_a_dataset_that_is_not_there():
    file = hdf5(WEIGHTS)
    del file.datasets["/model_weights/d1/d1/kernel:0"]
    text = "\"Unable to synchronously open object (object 'kernel:0' doesn't exist)\""
    assert raised(weight_events(walk(), MODEL, file)) == ("KeyError", text)


@pytest.mark.parametrize(
    ("stored", "h5py", "is_bytes"),
    [
        (StringType.FIXED_BYTES, "3.1.0", True),
        (StringType.VARIABLE_BYTES, "2.10.0", True),
        (StringType.VARIABLE_BYTES, "3.1.0", False),
        (StringType.VARIABLE_STRING, "2.10.0", False),
    ],
)
def test_what_h5py_hands_over_as_bytes(stored, h5py, is_bytes):
    from inspector.terms.record import replace  # noqa: PLC0415 - only here

    old = replace(walk(packages={"h5py": h5py}), release=(2, 4))
    assert old.is_bytes(Attribute("{}", stored)) is is_bytes
    assert replace(old, release=(2, 5)).is_bytes(Attribute("{}", stored))


ADAM = {"class_name": "Adam", "config": {"name": "Adam"}}


@pytest.mark.parametrize(
    ("release", "config", "expected"),
    [
        ((2, 10), {"optimizer_config": ADAM, "loss": "mse", "metrics": ["accuracy"], "loss_weights": None}, None),
        ((2, 10), {"loss": "mse"}, ("KeyError", "'optimizer_config'")),
        ((2, 10), {"optimizer_config": ADAM, "loss": "mse"}, ("KeyError", "'loss_weights'")),
        ((2, 1), {"optimizer_config": ADAM, "loss": "zz", "metrics": []}, ("KeyError", "'sample_weight_mode'")),
        ((2, 4), {"optimizer_config": ADAM, "loss": ["zz"]}, ("ValueError", "Unknown loss function: zz")),
        ((2, 4), {"optimizer_config": ADAM, "loss": {"out": "zz"}}, ("ValueError", "Unknown loss function: zz")),
    ],
)
def test_compiling(release, config, expected):
    from inspector.terms.record import replace  # noqa: PLC0415 - only here

    assert raised(compile_events(replace(walk(), release=release), config)) == expected


OLD = [f"/_layer_checkpoint_dependencies/{layer}/vars/{i}" for layer in ("dense", "dense_2") for i in (0, 1)]
NEW = [f"/layers/{layer}/vars/{i}" for layer in ("dense", "dense_1") for i in (0, 1)]
LOST = (
    "Layer 'd1' expected 2 variables, but received 0 variables during loading. Expected: ['d1/kernel:0', 'd1/bias:0']"
)
V3 = {"module": "keras", "registered_name": None, **sequential(dense(batch_input_shape=[None, 4]), dense("d2", 1))}


@pytest.mark.parametrize(
    ("keras", "paths", "expected"),
    [("2.15.0", NEW, None), ("2.12.0", OLD, None), ("2.15.0", OLD, LOST), ("2.12.0", NEW, LOST)],
)
def test_where_the_zip_format_looks_for_weights(keras, paths, expected):
    artifact = zip_artifact(zip_model(V3, v3_weights(*paths)))
    shapeless = [e for e in zip_events(walk(keras), artifact, compiling=True) if "Shape mismatch" not in str(e)]
    found = raised(shapeless)
    assert (found and found[1]) == expected


def test_the_outermost_class_is_imported_by_its_module():
    module = "keras.src.models.functional"
    config = {"module": module, "class_name": "Functional", "config": {}, "registered_name": "Functional"}
    kind, text = raised(zip_events(walk("2.15.0"), zip_artifact(zip_model(config, v3_weights())), compiling=True))
    assert kind == "TypeError"
    assert text.startswith(
        f"Could not deserialize class 'Functional' because its parent module {module} cannot be imported."
    )


def test_a_class_that_the_table_lacks_comes_back_as_its_name():
    config = {
        **V3,
        "config": {"name": "m", "layers": [{"module": "keras.layers", "class_name": "Fancy", "config": {}}]},
    }
    assert raised(zip_events(walk("2.15.0"), zip_artifact(zip_model(config, v3_weights())), compiling=True)) == (
        "TypeError",
        "The added layer must be an instance of class Layer. Received: layer=Fancy of type <class 'str'>.",
    )
