"""`saving_lib._load_state`: weights of a `.keras` archive by the place of each object in the model."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from inspector.loaders.keras_common.failure import LoadFailure
from inspector.loaders.keras_common.variables import CELL_OF, own_variables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.loaders.keras_common.session import Session
    from inspector.loaders.keras_common.things import Shape, Thing
    from inspector.loaders.keras_common.variables import Variable
    from inspector.terms.keras import Hdf5File

MODELS = frozenset({"Sequential", "Functional", "Model"})
# The folder of layers in files of Keras 2.12 and 2.13, which the loader still looks into.
_OLD_FOLDER = "_layer_checkpoint_dependencies"


def load(session: Session, model: Thing, file: Hdf5File) -> None:
    """Raise what loading the weights raises: each object fails alone, the sum of them is raised at the end."""
    failed = list(_failures(model, "", file))
    if not failed:
        return
    thing, place, error = failed[0]
    details = {"expected": str(len(expected_of(thing, thing.build_shape) or ())), "found": str(len(store(file, place)))}
    text = error
    # 3.0 raises the first error as it is.
    if session.release >= (3, 1):
        text = (
            f"A total of {len(failed)} objects could not be loaded. Example error message for object {thing}:\n\n"
            f"{error}\n\nList of objects that could not be loaded:\n{[one for one, _, _ in failed]}"
        )
    raise LoadFailure("ValueError", text, "KER110", thing.name, f"/{place}/vars", details, "model.weights.h5")


def _failures(thing: Thing, place: str, file: Hdf5File) -> Iterator[tuple[Thing, str, str]]:
    """Every object below that fails, with its place in the file and its error."""
    if thing.class_name in MODELS:
        for name, layer in container(layers_of(thing)):
            yield from _failures(layer, f"{place}/layers/{name}".strip("/"), file)
        return
    expected = expected_of(thing, thing.build_shape)
    if expected is not None:
        error = _error(thing, expected, place, file)
        if error is not None:
            yield thing, place, error
    inner = thing.inner.get("layer")
    if thing.class_name == "TimeDistributed" and inner is not None and inner.class_name not in CELL_OF:
        yield from _failures(inner, f"{place}/layer", file)


def layers_of(model: Thing) -> list[Thing]:
    """The layers as `model.layers` gives them: a Sequential keeps its input layer to itself."""
    if model.class_name == "Sequential" and model.layers and model.layers[0].class_name == "InputLayer":
        return model.layers[1:]
    return model.layers


def container(things: list[Thing]) -> Iterator[tuple[str, Thing]]:
    """Objects of a list with their names in the file: the class's snake case, numbered from the second on."""
    used: dict[str, int] = {}
    for thing in things:
        name = snake_case(thing.class_name)
        if name in used:
            used[name] += 1
            yield f"{name}_{used[name]}", thing
        else:
            used[name] = 0
            yield name, thing


def snake_case(name: str) -> str:
    """`naming.to_snake_case`."""
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def expected_of(thing: Thing, given: Shape | None) -> list[Variable] | None:
    """The variables that the object has when its weights are loaded; None where that is not known."""
    if thing.facts is None:
        return None
    made = own_variables(thing.class_name, thing.config, given)
    if made is None or thing.built:
        return made
    return []


def store(file: Hdf5File, place: str) -> list[str]:
    """The names in the object's `vars`, with the loader's second look for files of Keras 2.13."""
    for path in (place, place.replace("layers", _OLD_FOLDER)):
        group = f"/{path}/vars"
        if group in file.groups:
            return [name[len(group) + 1 :] for name in file.datasets if name.startswith(f"{group}/")]
    return []


def _error(thing: Thing, expected: list[Variable], place: str, file: Hdf5File) -> str | None:
    found = store(file, place)
    if len(found) != len(expected):
        if not expected and not thing.built:
            return (
                f"Layer '{thing.name}' was never built and thus it doesn't have any variables. However the weights "
                f"file lists {len(found)} variables for this layer.\nIn most cases, this error indicates that "
                "either:\n\n"
                "1. The layer is owned by a parent layer that implements a `build()` method, but calling the parent's "
                f"`build()` method did NOT create the state of the child layer '{thing.name}'. A `build()` method must "
                "create ALL state for the layer, including the state of any children layers.\n\n2. You need to "
                f"implement the `def build_from_config(self, config)` method on layer '{thing.name}', to specify "
                "how to rebuild "
                "it during loading. In this case, you might also want to implement the method that generates the build "
                "config at saving time, `def get_build_config(self)`. The method `build_from_config()` is meant to "
                "create the state of the layer (i.e. its variables) upon deserialization."
            )
        return (
            f"Layer '{thing.name}' expected {len(expected)} variables, but received {len(found)} variables during "
            f"loading. Expected: {[variable.name for variable in expected]}"
        )
    for index, variable in enumerate(expected):
        dataset = file.datasets.get(f"/{place}/vars/{index}")
        if dataset is not None and not fits(variable.shape, dataset.shape):
            return assign_error(variable, dataset.shape, f"{thing.name}/{variable.name}")
    return None


def fits(made: tuple[int | None, ...] | None, found: tuple[int, ...]) -> bool:
    """Whether a stored shape can be that of the variable, as far as the latter is known."""
    if made is None:
        return True
    return len(made) == len(found) and all(a is None or a == b for a, b in zip(made, found, strict=True))


def assign_error(variable: Variable, found: tuple[int, ...], path: str) -> str:
    """What `Variable.assign` says of a value of another shape."""
    return (
        "The shape of the target variable and the shape of the target value in `variable.assign(value)` must match. "
        f"variable.shape={variable.shape}, Received: value.shape={found}. "
        f"Target variable: <KerasVariable shape={variable.shape}, dtype=float32, path={path}>"
    )
