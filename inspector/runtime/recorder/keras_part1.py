"""Keras, first part: which Keras answers, where its parts lie, and every class, function and module that it has.

Runs inside the recorded environment under Python 3.6 to 3.14, after being joined with the other parts into one file.
"""

import importlib
import inspect
import json
import os
import re
import sys
import time

KINDS = ("layer", "loss", "metric", "optimizer", "initializer", "regularizer", "constraint", "schedule", "dtype_policy")
FAMILIES = {  # family of identifiers -> public namespace with its get() and deserialize()
    "activation": "activations",
    "initializer": "initializers",
    "regularizer": "regularizers",
    "constraint": "constraints",
    "loss": "losses",
    "metric": "metrics",
    "optimizer": "optimizers",
    "layer": "layers",
    "schedule": "optimizers.schedules",
    "dtype_policy": "dtype_policies",
}
NAMESPACES = tuple(FAMILIES.values()) + (
    "models", "utils", "saving", "mixed_precision", "experimental", "estimator", "callbacks", "ops", "random",
    "quantizers", "distribution", "backend", "legacy", "legacy.saving", "optimizers.legacy", "optimizers.experimental",
    "layers.experimental", "layers.experimental.preprocessing", "mixed_precision.experimental", "preprocessing",
    "__internal__", "__internal__.layers", "__internal__.models", "__internal__.legacy.layers",
    "__internal__.legacy.rnn_cell", "__internal__.optimizers", "config", "tree", "distillation", "export",
    "preprocessing.image", "preprocessing.sequence", "preprocessing.text", "applications", "random", "ops.nn",
    "ops.numpy", "ops.image", "ops.linalg", "datasets", "wrappers", "wrappers.scikit_learn", "visualization",
)


class Keras(object):
    """The Keras that answers in this process: its public module, the package its classes live in, its inner parts."""

    def __init__(self, public=None):
        self.parts = {}
        self.public = public if public is not None else _public_keras()
        self.root = _root_of(self.public)
        self.flavour = _flavour_of(self.root, self.public)
        self.version = _version_of(self.root, self.public)
        self.is_keras3 = self.flavour == "keras3"
        self.lib = self.part("saving.serialization_lib")
        self.legacy = self.part(
            "legacy.saving.serialization", "saving.legacy.serialization", "utils.generic_utils"
        )
        self.json_utils = self.part(
            "legacy.saving.json_utils", "saving.legacy.saved_model.json_utils", "saving.saved_model.json_utils"
        )
        self.saving_utils = self.part(
            "legacy.saving.saving_utils", "saving.legacy.saving_utils", "saving.saving_utils"
        )
        self.options = self.part("legacy.saving.saving_options")
        self.model_config = self.part("saving.legacy.model_config", "saving.model_config")
        self.registration = self.part("saving.object_registration", "utils.generic_utils")

    def part(self, *names):
        """Import the first of these modules of the root package that is there."""
        if names not in self.parts:
            self.parts[names] = next((m for m in map(self._import, names) if m is not None), None)
        return self.parts[names]

    def _import(self, name):
        try:
            return importlib.import_module(self.root + "." + name)
        except ImportError:
            return None

    def space(self, name):
        """The public namespace of that dotted name, or None."""
        found = self.public
        for part in name.split("."):
            found = getattr(found, part, None)
        return found

    def encode(self, value):
        """The plain JSON that this release writes for a config."""
        encoder = getattr(self.json_utils, "Encoder", None)
        if self.is_keras3 or encoder is None:
            default = getattr(self.json_utils, "get_json_type", None) or self.plain_type()
            return json.loads(json.dumps(value, default=default))
        return json.loads(encoder().encode(value))

    def plain_type(self):
        """What turns objects into JSON where Keras has no encoder of its own: TensorFlow up to 2.0 has one elsewhere."""
        own = self.part("utils.serialization")
        return (own or importlib.import_module("tensorflow.python.util.serialization")).get_json_type

    def decode(self, value):
        """What this release's loaders get for stored JSON."""
        decode = getattr(self.json_utils, "decode", None)
        return decode(json.dumps(value)) if decode else json.loads(json.dumps(value))

    def fresh(self):
        """Forget automatic names, so that every record is the same. (clear_session would collect garbage each time.)"""
        state = self.part("backend.common.global_state")
        if state is not None:
            state.set_global_attribute("object_name_uids", None)
            return
        reset = getattr(self.part("backend"), "reset_uids", None)
        if reset:
            reset()


def _public_keras():
    try:
        import tensorflow  # noqa: PLC0415
    except ImportError:
        return importlib.import_module("keras")
    keras = tensorflow.keras
    keras.layers.Dense  # noqa: B018 - loads a lazy module
    return keras


def _root_of(public):
    module = public.layers.Dense.__module__
    if ".src." in module:
        return module.split(".src.")[0] + ".src"
    return module.split(".layers")[0]


def _flavour_of(root, public):
    if root.startswith("tf_keras"):
        return "tf_keras"
    if root.startswith("tensorflow"):
        return "bundled"
    return "keras3" if _version_of(root, public).startswith("3") else "keras2"


def _version_of(root, public):
    if root.startswith("tensorflow"):
        import tensorflow  # noqa: PLC0415

        return tensorflow.__version__
    top = importlib.import_module(root.split(".")[0])
    return str(getattr(top, "__version__", None) or getattr(public, "__version__", ""))


def base_classes(keras):
    """The base class of each kind, under each of the names that it has had."""
    names = {
        "model": ("models.Model",),
        "metric": ("metrics.Metric",),  # before layers: the metrics of Keras 2 are layers
        "layer": ("layers.Layer",),
        "loss": ("losses.Loss",),
        "schedule": ("optimizers.schedules.LearningRateSchedule",),
        "optimizer": ("optimizers.Optimizer", "optimizers.legacy.Optimizer", "optimizers.experimental.Optimizer"),
        "initializer": ("initializers.Initializer",),
        "regularizer": ("regularizers.Regularizer",),
        "constraint": ("constraints.Constraint",),
        "dtype_policy": ("DTypePolicy", "dtype_policies.DTypePolicy", "mixed_precision.Policy",
                         "mixed_precision.experimental.Policy"),
        "quantizer": ("quantizers.Quantizer",),
        "operation": ("Operation",),
    }
    found = {kind: [keras.space(name) for name in spaces] for kind, spaces in names.items()}
    module = keras.part("optimizer_v2.optimizer_v2", "optimizers.optimizer_v2.optimizer_v2")
    found["optimizer"].append(getattr(module, "OptimizerV2", None))
    return [(kind, tuple(b for b in bases if inspect.isclass(b))) for kind, bases in found.items()]


def kind_of(obj, module, bases):
    """What sort of object it is: one word."""
    if inspect.isclass(obj):
        for kind, base in bases:
            if base and issubclass(obj, base):
                return kind
        return "other"
    for family in ("activation", "loss", "metric"):
        if "." + FAMILIES[family] in module:
            return family
    return "function"


def public_objects(keras):
    """Every public object by identity: {id: (object, [public names], [names of the `.keras` loader])}."""
    found = {}
    for space_name in ("",) + NAMESPACES:
        space = keras.space(space_name) if space_name else keras.public
        for name in sorted(_names_in(space)):
            obj = _attribute(space, name)
            if _is_of_keras(obj, keras):
                exports = found.setdefault(id(obj), (obj, [], []))[1]
                exported = ".".join(p for p in ("keras", space_name, name) if p)
                if exported not in exports:
                    exports.append(exported)
    for name, obj in registered_symbols(keras):
        found.setdefault(id(obj), (obj, [], []))[2].append(name)
    return found


def _names_in(space):
    try:
        return [n for n in dir(space) if not n.startswith("_")]
    except Exception:
        return []


def _attribute(space, name):
    try:
        return getattr(space, name, None)
    except Exception:
        return None


def _is_of_keras(obj, keras):
    if not (inspect.isclass(obj) or inspect.isfunction(obj)):
        return False
    top = (getattr(obj, "__module__", None) or "").split(".")[0]
    return top == keras.root.split(".")[0] or top in ("tensorflow", "tensorflow_core")


def registered_symbols(keras):
    """The names under which the `.keras` loader finds a `keras.` module's symbols: [(name, object)]."""
    export = keras.part("api_export")
    if export is not None and hasattr(export, "REGISTERED_NAMES_TO_OBJS"):
        table = export.REGISTERED_NAMES_TO_OBJS
    elif keras.flavour == "keras2" or keras.flavour == "tf_keras":
        module = "tensorflow.python.util.tf_export"
        table = getattr(importlib.import_module(module), "_NAME_TO_SYMBOL_MAPPING", {})
    else:
        return []
    return sorted(
        (name, obj) for name, obj in table.items() if name.startswith("keras.") and _is_of_keras(obj, keras)
    )
