"""Texts of Keras 2's exceptions that differ between releases. Source of each: the release's own sources.

`release` is Keras' (major, minor); TensorFlow's up to 2.5, which bundle it.
"""

from __future__ import annotations

_REGISTER = "https://www.tensorflow.org/guide/keras/save_and_serialize#registering_the_custom_object for details."


def unknown_object(release: tuple[int, int], noun: str, name: str, *, by_string: bool = False) -> str:
    """The text of the ValueError for a name that `deserialize_keras_object` does not find; `noun` is e.g. `layer`."""
    if release >= (2, 11):
        return (
            f"Unknown {noun}: '{name}'. Please ensure you are using a `keras.utils.custom_object_scope` and that this "
            f"object is included in the scope. See {_REGISTER}"
        )
    if release >= (2, 5):
        please = "Please ensure this object is passed to the `custom_objects` argument."
        return f"Unknown {noun}: {name}. {please} See {_REGISTER}"
    blank = "" if by_string and release < (2, 3) else " "
    return f"Unknown {noun}:{blank}{name}"


def improper_config(release: tuple[int, int], config: object) -> str:
    """The text of the ValueError for a serialized object without class_name and config."""
    if release >= (2, 7):
        return f"Improper config format for {config}. Expecting python dict contains `class_name` and `config` as keys"
    return f"Improper config format: {config}"


def not_interpreted(noun: str, identifier: object) -> str:
    """The text of the ValueError for an identifier that is neither a dict nor a name."""
    return f"Could not interpret serialized {noun}: {identifier}"


def deserializing(name: str, config: object, cause: str) -> str:
    """The text of the TypeError that `Layer.from_config` of Keras 2.12 and later makes of any exception."""
    return f"Error when deserializing class '{name}' using config={config}.\n\nException encountered: {cause}"


def unexpected_keyword(python: tuple[int, int], owner: str, key: str) -> str:
    """Python's TypeError text; the class name stands in it from Python 3.10 on."""
    prefix = f"{owner}." if python >= (3, 10) else ""
    return f"{prefix}__init__() got an unexpected keyword argument '{key}'"


def missing_argument(python: tuple[int, int], owner: str, keys: list[str]) -> str:
    """Python's TypeError text for required arguments that are not given."""
    prefix = f"{owner}." if python >= (3, 10) else ""
    quoted = [f"'{key}'" for key in keys]
    named = quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"
    plural = "" if len(keys) == 1 else "s"
    return f"{prefix}__init__() missing {len(keys)} required positional argument{plural}: {named}"


def layer_count(release: tuple[int, int], expected: int, found: int) -> str:
    """The text of the ValueError for a weights file with another number of layers."""
    if release >= (2, 7):
        return (
            "Layer count mismatch when loading weights from file. "
            f"Model expected {expected} layers, found {found} saved layers."
        )
    return f"You are trying to load a weight file containing {found} layers into a model with {expected} layers."


def weight_count(release: tuple[int, int], place: tuple[int, str, str], expected: int, found: int) -> str:
    """The text of the ValueError for a layer with another number of weights; `place` is (index, in model, in file)."""
    index, layer, saved = place
    if release >= (2, 7):
        return (
            f"Weight count mismatch for layer #{index} (named {layer} in the current model, {saved} in the save file). "
            f"Layer expects {expected} weight(s). Received {found} saved weight(s)"
        )
    return (
        f'Layer #{index} (named "{layer}" in the current model) was found to correspond to layer {saved} in the save '
        f"file. However the new layer {layer} expects {expected} weights, but the saved weights have {found} elements."
    )


def no_model_config(release: tuple[int, int]) -> str:
    """The text of the ValueError for an HDF5 file without a model_config attribute."""
    if release >= (2, 8):
        return "No model config found in the file at <tensorflow.python.platform.gfile.GFile object at 0x7f0000000000>."
    return "No model config found in the file at {path}." if release >= (2, 7) else "No model found in config file."


def hdf5_open(h5py: tuple[int, int], thing: str, reason: str) -> str:
    """h5py's text for what it cannot open; HDF5 1.14, in h5py 3.9 and later, says `synchronously`."""
    adverb = "synchronously " if h5py >= (3, 9) else ""
    return f"Unable to {adverb}open {thing} ({reason})"


def shape_mismatch(release: tuple[int, int], variable: str, expected: tuple[int, ...], found: tuple[int, ...]) -> str:
    """The text of the ValueError for a variable that is assigned a value of another shape."""
    if release >= (2, 7):
        return (
            f"Cannot assign value to variable ' {variable}:0': Shape mismatch.The variable shape {expected}, and the "
            f"assigned value shape {found} are incompatible."
        )
    if release >= (2, 4):
        return (
            f"Cannot assign to variable {variable}:0 due to variable shape {expected} and value shape {found} are "
            "incompatible"
        )
    return f"Shapes {expected} and {found} are incompatible"


def indexed_by_name(python: tuple[int, int], value: object) -> str:
    """Python's TypeError text for `value["name"]` of what is no dict."""
    if isinstance(value, str):
        return "string indices must be integers, not 'str'" if python >= (3, 11) else "string indices must be integers"
    if isinstance(value, list):
        return "list indices must be integers or slices, not str"
    return f"'{type(value).__name__}' object is not subscriptable"


def no_mapping(python: tuple[int, int], path: str, value: object) -> str:
    """Python's TypeError text for `Class(**value)` of what is no dict; from Python 3.9 on it names the class."""
    owner = f"{path}()" if python >= (3, 9) else "type object"
    return f"{owner} argument after ** must be a mapping, not {type(value).__name__}"


def unset_local(python: tuple[int, int], name: str) -> str:
    """Python's UnboundLocalError text."""
    if python >= (3, 11):
        return f"cannot access local variable '{name}' where it is not associated with a value"
    return f"local variable '{name}' referenced before assignment"


def not_revivable(release: tuple[int, int], root: str, class_name: str) -> str:
    """The text of the TypeError of `Model.from_config` of Keras 2.8 and later for a config without a graph."""
    cls = f"<class '{root}.engine.{'functional' if class_name == 'Functional' else 'training'}.{class_name}'>"
    method, blank, own = (" method", "  ", "`from_config(cls, config)` class") if release >= (2, 12) else ("", " ", "")
    call = "()" if release >= (2, 9) else ""
    return (
        f"Unable to revive model from config. When overriding the `get_config{call}`{method}, make sure that the "
        f"returned config contains all items used as arguments in the{blank}constructor to {cls}, which is the default "
        f"behavior. You can override this default behavior by defining a {own or '`from_config`'} method to specify "
        f"how to create an instance of {class_name} from "
    ) + ("its config." if own else "the config. ")


def no_layer(release: tuple[int, int]) -> str:
    """The text of the TypeError of `Sequential.add(None)`, up to TensorFlow 2.2 of deserializing None."""
    if release < (2, 3):
        return "'NoneType' object is not subscriptable"
    lead = "The added layer must be an instance of class Layer. "
    if release >= (2, 7):
        return f"{lead}Received: layer=None of type <class 'NoneType'>."
    return f"{lead}Found: None"


def name_taken(release: tuple[int, int], name: str, times: int) -> str:
    """The text of the ValueError for two layers of one name in a Sequential model."""
    if release < (2, 3):
        return f'The name "{name}" is used {times} times in the model. All layer names should be unique.'
    return (
        f'All layers added to a Sequential model should have unique names. Name "{name}" is already the name of a '
        "layer in this model. Update the `name` argument to pass a unique name."
    )


def not_a_model(release: tuple[int, int], config: object) -> str:
    """The text of the TypeError of `model_from_config` for a list."""
    hint = f"Received: config={config}. Did you meant to use" if release >= (2, 7) else "Maybe you meant to use"
    return f"`model_from_config` expects a dictionary, not a list. {hint} `Sequential.from_config(config)`?"


def no_dtype(release: tuple[int, int], name: object) -> str:
    """The text of TensorFlow's TypeError for what is no dtype."""
    lead = (
        f"Cannot convert the argument `type_value`: {name!r}" if release >= (2, 7) else f"Cannot convert value {name!r}"
    )
    return f"{lead} to a TensorFlow DType."


def negative_units(release: tuple[int, int], units: float) -> str:
    """The text of the ValueError of a Dense layer with a negative size."""
    end = f". Received: units={units}" if release >= (2, 7) else f", got {units}."
    return f"Received an invalid value for `units`, expected a positive integer{end}"


def calling(release: tuple[int, int], class_name: str, name: object) -> str:
    """How the text of an exception from inside a layer's call begins; up to Keras 2.6 it is passed on as it is."""
    if release < (2, 7):
        return ""
    if release == (2, 10):  # a missing comma left source text in the message
        return f'Exception encountered when calling layer "{name}" "                 f"(type {class_name}).\n\n'
    quote = '"' if release < (2, 10) else "'"
    return f"Exception encountered when calling layer {quote}{name}{quote} (type {class_name}).\n\n"


def building(release: tuple[int, int], class_name: str, name: object) -> str:
    """How the same begins while a model is built from its config, not called with data."""
    return f'Exception encountered when calling layer "{name}" (type {class_name}).\n\n' if release >= (2, 7) else ""


def no_cast(release: tuple[int, int], source: str, target: str) -> str:
    """The text of the UnimplementedError of a cast without a kernel; later releases name the wrapping function."""
    place = "{{function_node __wrapped__Cast_device_/job:localhost/replica:0/task:0/device:CPU:0}} "
    return f"{place if release >= (2, 11) else ''}Cast {source} to {target} is not supported [Op:Cast]"


def wrong_rank(
    release: tuple[int, int], name: str, expected: int, shape: list[int | None], *, at_least: bool = False
) -> str:
    """The text of the ValueError for a layer that is called with an input of another rank.

    `at_least`: one that takes inputs of any higher rank too, as convolutions do from TensorFlow 2.3 on.
    """
    quote = '"' if release >= (2, 7) else ""
    shown = f"({', '.join(map(str, shape))})" if release >= (2, 4) else repr(shape)
    word = "expected ndim"
    if at_least and release >= (2, 3):
        word = "expected min_ndim" if release >= (2, 4) else ": expected min_ndim"
    return (
        f"Input 0 of layer {quote}{name}{quote} is incompatible with the layer: {word}={expected}, "
        f"found ndim={len(shape)}. Full shape received: {shown}"
    )


def no_such_axis(release: tuple[int, int], rank: int, axes: list[int]) -> str:
    """The text of the ValueError of a BatchNormalization over an axis that its input lacks."""
    expected = f"Expected 0 <= axis < inputs.rank (with inputs.rank={rank}). Received:"
    if release >= (2, 9):
        return f"Invalid value for `axis` argument. {expected} axis={tuple(axes)}"
    if release >= (2, 7):
        return f"Invalid axis. {expected} layer.axis=ListWrapper({axes})"
    return f"Invalid axis: ListWrapper({axes})"


def no_table(class_name: str) -> str:
    """The text of the NotImplementedError for a layer with a table in HDF5."""
    return (
        "Save or restore weights that is not an instance of `tf.Variable` is not supported in h5, use "
        f"`save_format='tf'` instead. Got a model or layer {class_name} with weights "
        "[<tensorflow.python.keras.engine.base_layer_utils.TrackableWeightHandler object at 0x0>]"
    )
