"""Artifacts made in memory, and what recorded Keras 3 releases do with them."""

import json

from inspector.loaders.keras3.model import outcomes
from inspector.runtime.facts import Capabilities
from inspector.runtime.keras_facts import release_facts
from inspector.terms.artifact import Artifact, Format, Member
from inspector.terms.keras import Attribute, Hdf5Dataset, Hdf5File, KerasModel
from inspector.terms.runtime import CustomObject, KerasFlavour, Runtime

LOAD, NO_COMPILE = "keras.models.load_model", "keras.models.load_model(compile=False)"
UNSAFE, PREDICT = "keras.models.load_model(safe_mode=False)", "model.predict"


def judge(artifact, keras="3.15.1", python="3.11.7", custom=(), files=()):
    """{loader: outcome} of the artifact in that release."""
    objects = tuple(CustomObject(name) if isinstance(name, str) else name for name in custom)
    runtime = Runtime(
        "test", python, {}, None, keras, KerasFlavour.KERAS3, custom_objects=objects, assumed_files=tuple(files)
    )
    found = outcomes(artifact, Capabilities(runtime, None, release_facts(KerasFlavour.KERAS3, keras)))
    return {outcome.loader: outcome for outcome in found}


def raised(artifact, keras="3.15.1", loader=LOAD, **options):
    """(exception class, text); None where the call succeeds. A gap is not a success."""
    outcome = judge(artifact, keras, **options)[loader]
    assert outcome.problems or not outcome.gaps, outcome.gaps
    return (outcome.error.type, outcome.error.message) if outcome.error else None


def layer(class_name, config, **more):
    return {"module": "keras.layers", "class_name": class_name, "config": config, "registered_name": None, **more}


def dense(name="d1", units=3, **more):
    return layer("Dense", {"name": name, "trainable": True, "units": units, "activation": "linear", **more})


def inputs(*shape, name="x"):
    return layer("InputLayer", {"batch_shape": [None, *shape], "dtype": "float32", "name": name})


def sequential(*layers, compile_config=None):
    config = {"name": "tiny", "layers": list(layers)}
    made = {"module": "keras", "class_name": "Sequential", "config": config, "registered_name": None}
    return {**made, "compile_config": compile_config} if compile_config else made


def legacy(stored):
    """The same config without what only `.keras` files have."""
    if isinstance(stored, dict):
        return {k: legacy(v) for k, v in stored.items() if k not in {"module", "registered_name", "compile_config"}}
    return [legacy(item) for item in stored] if isinstance(stored, list) else stored


def weights(datasets, attributes=None):
    groups = {"/", "/vars"}
    for path in datasets:
        parts = path.strip("/").split("/")[:-1]
        groups.update("/" + "/".join(parts[: i + 1]) for i in range(len(parts)))
    found = {path: Hdf5Dataset(path, "float32", shape, 4) for path, shape in datasets.items()}
    return Hdf5File(tuple(sorted(groups)), attributes or {}, found)


def keras_zip(config, datasets=None, path="m.keras", members=("config.json", "model.weights.h5")):
    text = config if isinstance(config, str) else json.dumps(config)
    error = None
    try:
        config = json.loads(text)
    except json.JSONDecodeError as wrong:
        config, error = None, str(wrong)
    model = KerasModel(config, text, "config.json", config_error=error, hdf5=weights(datasets or {}))
    listed = tuple(Member(name, 1) for name in members)
    return Artifact(
        path,
        Format.KERAS,
        is_directory=False,
        suffix=".keras",
        magic=b"PK\x03\x04",
        members=listed,
        keras=model,
        is_zip=True,
    )


def h5(config, layers=None, training=None, path="m.h5"):
    """A whole-model `.h5`: `layers` is {layer: {weight: shape}}."""
    layers = layers or {}
    datasets = {f"/model_weights/{n}/{w}": shape for n, found in layers.items() for w, shape in found.items()}
    attributes = {"/model_weights": {"layer_names": Attribute(list(layers))}}
    attributes |= {f"/model_weights/{n}": {"weight_names": Attribute(list(found))} for n, found in layers.items()}
    file = weights(datasets, attributes)
    groups = tuple(dict.fromkeys((*file.groups, "/model_weights", *attributes)))
    file = Hdf5File(groups, attributes, file.datasets)
    stored = legacy(config)
    model = KerasModel(stored, json.dumps(stored), path, "model_config", compile_config=training, hdf5=file)
    return Artifact(
        path, Format.KERAS_H5, is_directory=False, suffix=".h5", magic=b"\x89HDF", keras=model, weights=file
    )


TINY = sequential(inputs(4), dense("d1", 3), dense("d2", 1))
TINY_WEIGHTS = {
    "/layers/dense/vars/0": (4, 3),
    "/layers/dense/vars/1": (3,),
    "/layers/dense_1/vars/0": (3, 1),
    "/layers/dense_1/vars/1": (1,),
}
TINY_LAYERS = {
    "d1": {"d1/kernel:0": (4, 3), "d1/bias:0": (3,)},
    "d2": {"d2/kernel:0": (3, 1), "d2/bias:0": (1,)},
}
