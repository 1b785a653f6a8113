"""Texts that Keras 2.13 and later raise while they deserialize, with the release from which each reads as it does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from inspector.runtime.facts import ClassFacts


def class_repr(cls: ClassFacts) -> str:
    """How Python prints the class."""
    return f"<class '{cls.module}.{cls.name}'>"


def not_deserialized(shown: str, config: Any, cause: str) -> str:
    """What `deserialize_keras_object` makes of a TypeError in `from_config`; `shown` is the printed class."""
    return (
        f"{shown} could not be deserialized properly. Please ensure that components that are Python object instances "
        "(layers, models, etc.) returned by `get_config()` are explicitly deserialized in the model's `from_config()` "
        f"method.\n\nconfig={config}.\n\nException encountered: {cause}"
    )


def not_located(release: tuple[int, ...], what: str, name: str, config: Any) -> str:
    """A class or function that is found nowhere; reworded in Keras 3.12."""
    # Texts stand whole, release by release: users look them up word by word, and a text put together from shared parts
    # cannot be found by a search.
    if release >= (3, 12):
        return (
            f"Could not locate {what} '{name}'. Make sure custom classes and functions are decorated with "
            "`@keras.saving.register_keras_serializable()`. If they are already decorated, make sure they are all "
            f"imported so that the decorator is run before trying to load them. Full object config: {config}"
        )
    return (
        f"Could not locate {what} '{name}'. Make sure custom classes are decorated with "
        f"`@keras.saving.register_keras_serializable()`. Full object config: {config}"
    )


def parent_not_importable(what: str, name: str, module: str, config: Any) -> str:
    """The `module` of a serialized object does not exist."""
    return (
        f"Could not deserialize {what} '{name}' because its parent module {module} cannot be imported. "
        f"Full object config: {config}"
    )


def unknown_legacy(what: str, name: str) -> str:
    """A name that the legacy (`.h5`, JSON) lookup does not know; this wording since Keras 2.12."""
    return (
        f"Unknown {what}: '{name}'. Please ensure you are using a `keras.utils.custom_object_scope` and that this "
        "object is included in the scope. See https://www.tensorflow.org/guide/keras/save_and_serialize"
        "#registering_the_custom_object for details."
    )


def not_saveable(module: str, name: str) -> str:
    """Keras 3.11 and later: something in a Keras module that is no KerasSaveable class, or is not there."""
    return f"Could not deserialize '{module}.{name}' because it is not a KerasSaveable subclass"


def no_registered_names(registered: str, resolved: str, config: Any) -> str:
    """Keras 3.15 and later: a registered name on what resolves to a built-in."""
    return (
        f"`registered_name={registered!r}` was provided in the config, but '{resolved}' resolved to a Keras built-in "
        "and does not use registered names. Remove the `registered_name` field from the config. "
        f"Full object config: {config}"
    )


def forbidden_api(name: str, *, hardened: bool) -> str:
    """A function of Keras that no config may name; the list and the wording grew in 3.12.4 and 3.15."""
    if hardened:
        return (
            f"Cannot deserialize `{name}` because it is not a modeling function. Non-modeling APIs are disallowed "
            "during deserialization for security. Model configuration should only contains operations, layers, "
            "metrics, "
            "losses, or registered custom objects and functions."
        )
    return f"Cannot deserialize `{name}`, loading functions are not allowed during deserialization"


def file_not_found(path: str) -> str:
    """A `.keras` path that holds no zip."""
    return f"File not found: filepath={path}. Please ensure the file is an accessible `.keras` zip file."


def format_not_supported(release: tuple[int, ...], path: str) -> str:
    """Neither a `.keras` zip nor `.h5`; the first sentence lost its `and` in 3.14."""
    joint = "`.keras` files, legacy H5" if release >= (3, 14) else "`.keras` files and legacy H5"
    return (
        f"File format not supported: filepath={path}. Keras 3 only supports V3 {joint} format files (`.h5` extension). "
        "Note that the legacy SavedModel format is not supported by `load_model()` in Keras 3. In order to reload a "
        "TensorFlow SavedModel as an inference-only layer in Keras 3, use "
        f"`keras.layers.TFSMLayer({path}, call_endpoint='serving_default')` (note that your `call_endpoint` might have "
        "a different name)."
    )


def lambda_value(release: tuple[int, ...]) -> str:
    """A `__lambda__` object in safe mode; reworded in 3.11.3."""
    if release >= (3, 11, 3):
        return (
            "Requested the deserialization of a Python lambda. This carries a potential risk of arbitrary code "
            "execution and thus it is disallowed by default. If you trust the source of the artifact, you can override "
            "this error by passing `safe_mode=False` to the loading function, or calling "
            "`keras.config.enable_unsafe_deserialization()."
        )
    return (
        "Requested the deserialization of a `lambda` object. This carries a potential risk of arbitrary code execution "
        "and thus it is disallowed by default. If you trust the source of the saved model, you can pass "
        "`safe_mode=False` to the loading function in order to allow `lambda` loading, or call "
        "`keras.config.enable_unsafe_deserialization()`."
    )
