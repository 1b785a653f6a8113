"""From the names in a serialized object to the class or function: `_retrieve_class_or_fn` of every Keras 3 release."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from inspector.loaders.keras_common import texts
from inspector.loaders.keras_common.failure import LoadFailure
from inspector.loaders.keras_common.things import FunctionThing
from inspector.runtime.facts import ClassFacts
from inspector.terms.record import record
from inspector.terms.runtime import CustomObject

if TYPE_CHECKING:
    from inspector.loaders.keras_common.session import Session

# Packages that a config may import from since 3.9.
_ALLOWED_PACKAGES = frozenset({"keras", "keras_hub", "keras_cv", "keras_nlp"})
_BUILTIN_MODULES = ("activations", "constraints", "initializers", "losses", "metrics", "optimizers", "regularizers")
_LOADING_APIS = frozenset(
    {
        "keras.config.enable_unsafe_deserialization",
        "keras.models.load_model",
        "keras.preprocessing.image.load_img",
        "keras.saving.load_model",
        "keras.saving.load_weights",
        "keras.utils.get_file",
        "keras.utils.load_img",
    }
)
# Refused besides those in 3.12.4 and from 3.15 on (not in 3.13 and 3.14).
_NON_MODELING_APIS = frozenset(
    {
        "keras.backend.clear_session",
        "keras.models.model_from_json",
        "keras.models.save_model",
        "keras.preprocessing.image_dataset_from_directory",
        "keras.preprocessing.image.save_img",
        "keras.preprocessing.text_dataset_from_directory",
        "keras.saving.deserialize_keras_object",
        "keras.saving.register_keras_serializable",
        "keras.saving.save_model",
        "keras.saving.save_weights",
        "keras.saving.serialize_keras_object",
        "keras.utils.audio_dataset_from_directory",
        "keras.utils.clear_session",
        "keras.utils.deserialize_keras_object",
        "keras.utils.image_dataset_from_directory",
        "keras.utils.register_keras_serializable",
        "keras.utils.save_img",
        "keras.utils.serialize_keras_object",
        "keras.utils.text_dataset_from_directory",
    }
)

# What keras.optimizers.legacy holds under each of its names: a class that only says that it is gone.
NO_LEGACY = "LegacyOptimizerWarning"
_LEGACY_OPTIMIZERS = frozenset({"Adagrad", "Adam", "Ftrl", "RMSprop", "SGD", "Optimizer"})
# Modules of the other model classes, which import Model.
_IMPORT_MODEL = frozenset({"keras.src.models.functional", "keras.src.models.sequential"})
_KEPT_LAYERS = frozenset({"AlphaDropout", "RandomHeight", "RandomWidth", "ThresholdedReLU"})
# What `FeatureSpace.get_encoded_features` puts into a model since 3.4: layers without a public name.
_FEATURE_SPACE = "keras.src.layers.preprocessing.feature_space"
_OF_FEATURE_SPACE: dict[str, dict[str, bool]] = {"TFDConcat": {"axis": True}, "TFDIdentity": {}}
# The packages of these hold no `_tf_keras/keras/layers`, which alone imports what is kept for old code.
_WITHOUT_OLD_CODE = ((3, 3, 0), (3, 3, 1))

Found = ClassFacts | FunctionThing


@record
class CustomClass:
    """A class of the user's, as `custom_objects` or a registration gives it."""

    custom: CustomObject


@record
class Wanted:
    """What a serialized object asks for; `what` is `class` or `function`, `full` the whole object as it is printed."""

    name: str
    registered_name: Any
    module: Any
    what: str
    full: Any
    pointer: str


def retrieve(session: Session, wanted: Wanted) -> Found | CustomClass:
    """The class or function; LoadFailure as the release words it."""
    custom = session.custom(wanted.name if wanted.what == "function" else wanted.registered_name)
    if custom is not None:
        return _custom(custom, wanted)
    if isinstance(wanted.module, str) and wanted.module:
        found: Found | CustomClass | None = _public(session, wanted) or _builtin_function(session, wanted)
        if found is None:
            found = _in_module(session, wanted)
        if found is not None:
            return found
    raise _not_located(session, wanted)


def _custom(custom: CustomObject, wanted: Wanted) -> FunctionThing | CustomClass:
    if wanted.what == "function" or custom.is_class is False:
        return FunctionThing(custom.name)
    return CustomClass(custom)


def _public(session: Session, wanted: Wanted) -> Found | None:
    """The public symbol `module.name` of Keras, guarded as the release guards it."""
    if wanted.module != "keras" and not wanted.module.startswith("keras."):
        return None
    api_name = f"{wanted.module}.{wanted.name}"
    if api_name in forbidden_apis(session):
        text = texts.forbidden_api(api_name, hardened=session.hardened)
        raise LoadFailure("ValueError", text, "KER106", api_name, wanted.pointer, {"module": wanted.module})
    if wanted.module == "keras._legacy.layers" and session.release in _WITHOUT_OLD_CODE:
        return None
    found = session.facts.exported(api_name) or _kept_for_old_code(session, wanted)
    if found is None:
        return None
    _assert_no_registered_name(session, wanted, api_name)
    return as_found(found)


def _kept_for_old_code(session: Session, wanted: Wanted) -> ClassFacts | None:
    """Layers that tf.keras keeps for old code, in every Keras 3: some releases were recorded without them."""
    if wanted.module != "keras._legacy.layers" or wanted.name not in _KEPT_LAYERS:
        return None
    named = session.facts.named(wanted.name, "layer")
    return named[0] if named else _private_layer("keras.src.legacy.layers", wanted.name, {})


def _private_layer(module: str, name: str, parameters: dict[str, bool]) -> ClassFacts:
    """A layer that has no public name, so that nothing was tried with it; `parameters` says which are required."""
    return ClassFacts(name, "layer", module, (), name, parameters, has_kwargs=True, config=None)


def forbidden_apis(session: Session) -> frozenset[str]:
    """The public functions that a config may not name in that release."""
    if session.release < (3, 11):
        return frozenset()
    if session.hardened:
        return _LOADING_APIS | _NON_MODELING_APIS
    return _LOADING_APIS


def as_found(facts: ClassFacts) -> Found:
    """The class, or a stand-in for the function."""
    return FunctionThing(facts.name) if facts.is_function else facts


def _assert_no_registered_name(session: Session, wanted: Wanted, resolved: str) -> None:
    explicit = wanted.full.get("registered_name") if isinstance(wanted.full, dict) else None
    if session.release < (3, 15) or not explicit or explicit in (wanted.name, wanted.full.get("class_name")):
        return
    text = texts.no_registered_names(explicit, resolved, wanted.full)
    raise LoadFailure("ValueError", text, "KER101", str(explicit), wanted.pointer, {"class": wanted.name})


def _builtin_function(session: Session, wanted: Wanted) -> Found | None:
    """A built-in function that is stored by its name alone, or (3.9 on) a registered one stored without its package."""
    if wanted.what != "function" or wanted.module != "builtins":
        return None
    for space in _BUILTIN_MODULES:
        found = session.facts.exported(f"keras.{space}.{wanted.name}")
        if found is not None:
            _assert_no_registered_name(session, wanted, f"keras.{space}.{wanted.name}")
            return as_found(found)
    if not (3, 7) <= session.release < (3, 9) and ">" not in wanted.name:
        for custom in session.runtime.custom_objects if session.custom_objects else ():
            if (custom.registered_name or "").endswith(f">{wanted.name}"):
                return FunctionThing(custom.name)
    return None


def _in_module(session: Session, wanted: Wanted) -> Found | CustomClass | None:
    """What `vars(importlib.import_module(module))` holds under the name; None lets the search end without it."""
    package = wanted.module.split(".", maxsplit=1)[0]
    if session.release >= (3, 9) and package not in _ALLOWED_PACKAGES:
        return None
    if not _importable(session, wanted):
        text = texts.parent_not_importable(wanted.what, wanted.name, wanted.module, wanted.full)
        details = {"module": wanted.module, "class": wanted.name}
        raise LoadFailure("TypeError", text, "KER106", wanted.module, wanted.pointer, details)
    if package != session.facts.root.split(".", maxsplit=1)[0] and _is_there(session, package):
        return _of_others(session, wanted)
    found = _member(session, wanted, wanted.name)
    if found is None and session.release < (3, 9) and isinstance(wanted.registered_name, str):
        # Up to 3.8 the module is asked for the registered name too ("special case for keras.metrics.metrics").
        found = _member(session, wanted, wanted.registered_name)
    saveable = isinstance(found, ClassFacts) and found.name != NO_LEGACY
    if session.release >= (3, 11) and not saveable:
        text = texts.not_saveable(wanted.module, wanted.name)
        details = {"class": wanted.name, "module": wanted.module}
        rule = "KER105" if wanted.what == "function" else "KER101"
        raise LoadFailure("ValueError", text, rule, wanted.name, wanted.pointer, details)
    return found


def _importable(session: Session, wanted: Wanted) -> bool:
    package = wanted.module.split(".", maxsplit=1)[0]
    if package == session.facts.root.split(".", maxsplit=1)[0]:
        return session.facts.has_module(wanted.module)
    if package == "__main__":
        return True
    if package in sys.stdlib_module_names:
        return wanted.module == package or package in {"collections", "os", "concurrent", "importlib", "xml"}
    return _is_there(session, package)


def _is_there(session: Session, package: str) -> bool:
    """Whether a package beside Keras is installed, or imported by the process."""
    imported = {name.partition(":")[0].partition(".")[0] for name in session.runtime.imports}
    return package in imported or package.replace("_", "-").lower() in session.runtime.packages


def _of_others(session: Session, wanted: Wanted) -> FunctionThing | CustomClass:
    """What a module outside Keras holds: up to 3.8 classes are found there without being registered."""
    file = f"{wanted.module.replace('.', '/')}.py"
    for custom in session.runtime.custom_objects:
        held = custom.source == wanted.module or custom.source.rpartition(":")[0].endswith(file)
        if held and custom.name == wanted.name:
            return _custom(custom, wanted)
    session.gap(wanted.pointer, f"what the module {wanted.module} of another package holds was not recorded")
    return _custom(CustomObject(wanted.name, is_class=wanted.what == "class"), wanted)


def _member(session: Session, wanted: Wanted, name: str) -> Found | None:
    """The class of that name that the module defines (what it only imports from elsewhere is not known)."""
    own = next((found for found in session.facts.named(name) if found.module == wanted.module), None)
    if own is None and wanted.module == _FEATURE_SPACE and name in _OF_FEATURE_SPACE and session.release >= (3, 4):
        own = _private_layer(wanted.module, name, _OF_FEATURE_SPACE[name])
    if own is not None:
        return as_found(own)
    if name == "Model" and wanted.module in _IMPORT_MODEL:
        return next(iter(session.facts.named("Model", "model")), None)
    if wanted.module == "keras.optimizers.legacy" and name in _LEGACY_OPTIMIZERS:
        return next(iter(session.facts.named(NO_LEGACY)), None)
    # A public module holds more than its registered names: AlphaDropout of Keras 3.4 has none. What Keras keeps for old
    # code, and aliases of functions, stand in tf.keras alone.
    public = session.facts.public(f"{wanted.module}.{name}")
    if public is not None and wanted.module == "keras.mixed_precision":
        return as_found(public)  # `Policy` is the one class that Keras 3 keeps under its old name
    if public is not None and public.name == name and ".legacy." not in public.module:
        return as_found(public)
    return None


def _not_located(session: Session, wanted: Wanted) -> LoadFailure:
    text = texts.not_located(session.release, wanted.what, wanted.name, wanted.full)
    rule = "KER105" if wanted.what == "function" else "KER101"
    details = {"class": wanted.name, "module": str(wanted.module)}
    return LoadFailure("TypeError", text, rule, wanted.name, wanted.pointer, details)
