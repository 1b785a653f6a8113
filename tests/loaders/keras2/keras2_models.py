"""Walks over recorded releases, and artifacts made in memory."""

from inspector.loaders.keras2.walk import start
from inspector.runtime.facts import Capabilities
from inspector.runtime.keras_facts import release_facts
from inspector.terms.artifact import Artifact, Format, Member
from inspector.terms.finding import Problem
from inspector.terms.keras import Hdf5Dataset, Hdf5File, KerasModel
from inspector.terms.runtime import KerasFlavour, Runtime

HDF5, ZIP = b"\x89HDF\r\n\x1a\n", b"PK\x03\x04\x14\x00\x00\x00"


def capabilities(keras="2.10.0", python="3.10.13", custom=(), packages=None):
    runtime = Runtime(
        "test", python, packages or {"h5py": "3.16.0"}, None, keras, KerasFlavour.KERAS2, custom_objects=custom
    )
    return Capabilities(runtime, None, release_facts(KerasFlavour.KERAS2, keras))


def walk(keras="2.10.0", **options):
    made = capabilities(keras, **options)
    return start(made, made.keras)


def raised(events):
    """(exception class, text) of the first problem; None where nothing is raised."""
    problem = next((event for event in events if isinstance(event, Problem)), None)
    return None if problem is None else (problem.error.type, problem.error.message)


def dense(name="d1", units=3, **more):
    config = {
        "name": name,
        "trainable": True,
        "dtype": "float32",
        "units": units,
        "activation": "linear",
        "use_bias": True,
    }
    return {"class_name": "Dense", "config": {**config, **more}}


def sequential(*layers, name="tiny"):
    return {"class_name": "Sequential", "config": {"name": name, "layers": list(layers)}}


def hdf5(weights):
    """A weights file in the classic layout: {layer: {weight: shape}}."""
    groups, attributes, datasets = ["/", "/model_weights"], {"/": {}}, {}
    attributes["/model_weights"] = {"layer_names": _attribute(list(weights))}
    for layer, found in weights.items():
        groups.append(f"/model_weights/{layer}")
        attributes[f"/model_weights/{layer}"] = {"weight_names": _attribute(list(found))}
        for weight, shape in found.items():
            path = f"/model_weights/{layer}/{weight}"
            datasets[path] = Hdf5Dataset(path, "float32", shape, 4)
            groups += [path.rpartition("/")[0]]
    return Hdf5File(tuple(groups), attributes, datasets)


def _attribute(value):
    from inspector.terms.keras import Attribute, StringType  # noqa: PLC0415 - short

    return Attribute(value, StringType.VARIABLE_BYTES)


def v3_weights(*paths):
    """A weights file of the zip format: one scalar for each path."""
    groups = {"/", "/vars"} | {path.rpartition("/")[0] for path in paths}
    return Hdf5File(tuple(groups), {}, {path: Hdf5Dataset(path, "float32", (1,), 4) for path in paths})


def file_artifact(path, magic=b"", **parts):
    return Artifact(path, Format.KERAS, is_directory=False, suffix="." + path.rpartition(".")[2], magic=magic, **parts)


def zip_artifact(model, members=("config.json", "metadata.json", "model.weights.h5")):
    return file_artifact("m.keras", ZIP, is_zip=True, keras=model, members=tuple(Member(name, 1) for name in members))


def zip_model(config, file):
    return KerasModel(config, None, "config.json", hdf5=file, hdf5_member="model.weights.h5")
