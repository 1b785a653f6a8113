"""`model.load_weights` of Keras 3: which reader a path goes to, and what that raises.

Source: `saving_api.load_weights`, `saving_lib.load_weights_only`, `legacy_h5_format.load_weights_from_hdf5_group`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from inspector.loaders.keras3 import legacy_weights
from inspector.loaders.keras3.native_weights import COLLECTED_SINCE, assign_error, count_error, fits
from inspector.loaders.keras_common.failure import LoadFailure
from inspector.loaders.weights import files
from inspector.loaders.weights.places import Place, layout_of, places
from inspector.terms.artifact import DamageKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.loaders.keras_common.session import Session
    from inspector.loaders.keras_common.variables import Variable
    from inspector.loaders.weights.architecture import Part
    from inspector.terms.artifact import Artifact
    from inspector.terms.keras import Hdf5File

_UNBUILT = (
    "You are loading weights into a model that has not yet been built. Try building the model first by calling it on "
    "some data or by using `build()`."
)
_BUILT_TEST_SINCE = (3, 7)
# Before, a later shard that is missing was passed over (seen with 3.10.0 to 3.15.0; refused in 3.15.1).
_SHARDS_ASKED_SINCE = (3, 15, 1)
# H5IOStore takes a file without the root's `vars` since it was rewritten.
_ROOT_OPTIONAL_SINCE = (3, 6)


def load(session: Session, model: Part, weights: Artifact) -> None:
    """LoadFailure as `model.load_weights(path)` raises it."""
    session.member = Path(weights.path).name
    path = weights.path
    if path.endswith((".keras", ".weights.h5")):
        _object_paths(session, model, weights)
    # The longer suffix is asked first in keras/src/saving/saving_api.py too: `.weights.h5` is also a `.h5`.
    elif path.endswith((".h5", ".hdf5")):
        _by_layers(session, model, weights)
    elif path.endswith(".weights.json") and session.release >= (3, 10):
        _of_shards(session, model, weights)
    else:
        raise LoadFailure("ValueError", _not_supported(session.release, path), "WGT110", path)


def _not_supported(release: tuple[int, ...], path: str) -> str:
    """The text for any other name; reworded in 3.14."""
    head = f"File format not supported: filepath={path}. "
    if release >= (3, 14):
        return head + (
            "Keras 3 only supports V3 `.keras` files, `.weights.h5` files, legacy H5 format files "
            "(`.h5` extension), or Orbax checkpoints."
        )
    return f"{head}Keras 3 only supports V3 `.keras` and `.weights.h5` files, or legacy V1/V2 `.h5` files."


def _opened(weights: Artifact) -> Hdf5File:
    file = files.hdf5_of(weights)
    if file is None or (weights.is_zip and not weights.path.endswith(".keras")):
        text = weights.hdf5_error or "Unable to synchronously open file (file signature not found)"
        raise LoadFailure("OSError", text, "KER132", weights.path, "", {"path": weights.path})
    return file


def _by_layers(session: Session, model: Part, weights: Artifact) -> None:
    """The reader of `layer_names`: by order, whatever the names."""
    file = _opened(weights)
    legacy_weights.load_layers(session, (model.name, model.class_name), _listed(model), files.as_whole_model(file))
    for part in model.parts:
        _note_unknown(session, part.name, part.class_name, part.variables())


def _listed(model: Part) -> list[tuple[str, list[Variable] | None]]:
    found = []
    for part in model.parts:
        made = part.variables() if model.built else ()
        found.append((part.name, None if made is None else list(made)))
    return found


def _note_unknown(session: Session, name: str, class_name: str, made: tuple[Variable, ...] | None) -> None:
    """A gap where the variables, or their shapes, do not follow from the config."""
    if made is None:
        session.gap(name, f"which variables {class_name} makes is not known")
    elif any(variable.shape is None or None in variable.shape for variable in made):
        session.gap(name, f"the shapes of the variables of {class_name} do not follow")


def _of_shards(session: Session, model: Part, weights: Artifact) -> None:
    """`ShardedH5IOStore`: one shard is opened at once, `NAME_00000`, the others as their objects are met."""
    missing = [damage.member for damage in weights.damage if damage.kind is DamageKind.MISSING]
    first = f"{Path(weights.path).stem.replace('.weights', '')}_00000.weights.h5"
    if missing and (first in missing or session.release >= _SHARDS_ASKED_SINCE):
        name = first if first in missing else missing[0]
        path = Path(weights.path).with_name(name)
        text = (
            f"[Errno 2] Unable to synchronously open file (unable to open file: name = '{path}', "
            "errno = 2, error message = 'No such file or directory', flags = 0, o_flags = 0)"
        )
        raise LoadFailure("FileNotFoundError", text, "KER112", name, "", {"member": name})
    if weights.damage:
        # Before, an object whose shard cannot be opened may stay as it is without a word.
        session.gap("", f"what a loader makes of a shard that it cannot open is not known: {weights.damage[0].member}")
        return
    _object_paths(session, model, weights)


def _object_paths(session: Session, model: Part, weights: Artifact) -> None:
    """The reader of object paths: each object fails alone, the sum is raised at the end."""
    # `load_weights_only` asks before it opens the file, so the same exception stands for a good file, a bad one and
    # none.
    if not model.built and session.release >= _BUILT_TEST_SINCE:
        raise LoadFailure("ValueError", _UNBUILT, "WGT112", model.name)
    if weights.path.endswith(".keras") and not weights.is_zip:
        raise LoadFailure("BadZipFile", "File is not a zip file", "WGT110", weights.path)
    file = _opened(weights)
    # `_load_state` notes what each object raises and goes on; `_raise_loading_failure` then shows the first and the
    # number of them.
    failed = [*_root_failure(session, model, file), *_failures(session, model, file)]
    if failed:
        raise _sum(session, failed, file)


def _root_failure(session: Session, model: Part, file: Hdf5File) -> Iterator[tuple[Place, str]]:
    """The model itself is an object without variables, whose group older releases open all the same."""
    if "/vars" in file.groups or session.release >= _ROOT_OPTIONAL_SINCE:
        return
    text = "\"Unable to synchronously open object (object 'vars' doesn't exist)\""
    if session.release < COLLECTED_SINCE:
        rule = "WGT111" if files.is_classic(file) else "KER132"
        raise LoadFailure("KeyError", text, rule, "vars", "/vars", {"path": "/vars", "layout": "layer_names"})
    yield Place("", model.name, model.class_name, (), model.built), text


def _sum(session: Session, failed: list[tuple[Place, str]], file: Hdf5File) -> LoadFailure:
    place, text = failed[0]
    if session.release >= COLLECTED_SINCE:
        text = (
            f"A total of {len(failed)} objects could not be loaded. Example error message for object {_shown(place)}:"
            f"\n\n{text}\n\nList of objects that could not be loaded:\n[{', '.join(_shown(one) for one, _ in failed)}]"
        )
    expected = f"{len(place.variables or ())} variables"
    details = {"expected": expected, "found": str(len(_store(file, place))), "layout": "layer_names"}
    rule = "WGT111" if files.is_classic(file) else "KER110"
    return LoadFailure("ValueError", text, rule, place.name, f"/{place.path}/vars", details)


def _shown(place: Place) -> str:
    return f"<{place.class_name} name={place.name}, built={place.built}>"


def _failures(session: Session, model: Part, file: Hdf5File) -> Iterator[tuple[Place, str]]:
    for place in places(model, layout_of(session.release)):
        if place.variables is None:
            session.gap(f"/{place.path}", f"which variables {place.class_name} makes is not known")
            continue
        error = _error(place, place.variables, file)
        if error is not None:
            yield place, error
        else:
            _note_unknown(session, f"/{place.path}", place.class_name, place.variables)


def _path(file: Hdf5File, place: Place) -> str:
    """Where the object is found: attributes have a second name, and files of Keras 2.12 to 2.14 another folder."""
    path = files.place_in(file, place.path)
    if f"/{path}/vars" in file.groups or f"/{files.OLD_FOLDER}" not in file.groups:
        return path
    return files.place_in(file, path.replace("layers", files.OLD_FOLDER))


def _store(file: Hdf5File, place: Place) -> list[str]:
    return files.store(file, _path(file, place)) or []


def _error(place: Place, variables: tuple[Variable, ...], file: Hdf5File) -> str | None:
    found = _store(file, place)
    if len(found) != len(variables):
        return count_error(place.name, [variable.name for variable in variables], len(found), built=place.built)
    path = _path(file, place)
    for index, variable in enumerate(variables):
        dataset = file.datasets.get(f"/{path}/vars/{index}")
        if dataset is None:
            return f"\"Unable to synchronously open object (object '{index}' doesn't exist)\""
        if not fits(variable.shape, dataset.shape):
            return assign_error(variable, dataset.shape, f"{place.name}/{variable.name}")
    return None
