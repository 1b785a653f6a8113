"""`functional_from_config`: layers first, then every call of every layer as soon as the tensors that it needs exist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras3.calling import NodeMissing, call, node_arguments
from inspector.loaders.keras3.followed import puts_out_one
from inspector.loaders.keras3.graph import check_graph
from inspector.loaders.keras3.listed_output import stays_listed, tensor
from inspector.loaders.keras3.sequential import check_name, layer_of, name_layer
from inspector.loaders.keras3.stored_calls import broken, check_output, leaves
from inspector.loaders.keras_common.failure import LoadFailure
from inspector.loaders.keras_common.shapes import output_shape
from inspector.loaders.keras_common.things import Thing

if TYPE_CHECKING:
    from inspector.loaders.keras_common.session import Session
    from inspector.loaders.keras_common.things import Shape

KEYS = ("name", "layers", "input_layers", "output_layers")
FUNCTIONAL = frozenset({"Functional", "Model"})
_OF_MODEL = frozenset({"name", "trainable", "dtype", "autocast", "activity_regularizer", "input_shape", "input_dim"})
# What a load that never returns is called in the report.
ENDLESS = "timeout"


def from_config(session: Session, model: Thing, config: dict[str, Any], pointer: str) -> Thing:
    """The model rebuilt from its graph; LoadFailure as Keras raises it."""
    if not all(key in config for key in KEYS):
        # keras/src/models/model.py `Model.from_config` asks for the four keys before it takes the functional path; a
        # subclass with a config of its own is made by `cls(**config)`.
        if model.custom is not None:
            return model
        raise _not_functional(model, config, pointer)
    graph = {key: config[key] for key in KEYS}
    if session.release >= (3, 7):
        # Taken out of the config itself, which later messages then print without them.
        for key in (*KEYS, "trainable"):
            config.pop(key, None)
        # What is left goes to the constructor as keywords since 3.7 (`**config` in keras/src/models/functional.py);
        # before that it was ignored.
        model.config = {**config, "name": graph["name"]}
    created: dict[str, Thing] = {}
    waiting: dict[Thing, list[Any]] = {}
    for i, data in enumerate(_items(graph["layers"], "layers", pointer)):
        at = f"{pointer}/layers/{i}"
        layer = _create(session, data, at)
        # Under the name beside the config, not the one in it: that is what stored calls refer to
        # (`created_layers[layer_name]`).
        created[data["name"]] = layer
        nodes = list(_items(data["inbound_nodes"], "inbound_nodes", at))
        if nodes:
            waiting[layer] = nodes
    model.layers = [layer for layer in created.values() if layer.kind != "operation"]
    _process(session, created, waiting, pointer)
    for key in ("input_layers", "output_layers"):
        _map_tensors(session, graph[key], created, f"{pointer}/{key}")
    for key in ("input_layers", "output_layers"):
        _check_some(session, graph, key, f"{pointer}/{key}")
    check_name(session, graph["name"], pointer)
    order = check_graph(session, graph, created, pointer)
    if order is not None:
        # Files name the layers in the model's order; an edited one may not, or may hold some that lead nowhere.
        model.layers = [created[name] for name in order if created[name].kind != "operation"]
        model.operations = [created[name] for name in order if created[name].kind == "operation"]
    model.built = True
    model.listed_output = stays_listed(session, graph["output_layers"])
    model.inputs = [created[name] for name in _input_names(graph["input_layers"]) if name in created]
    shape, exact = _output_shape(graph["output_layers"], created)
    model.outputs, model.exact = [shape], [exact]
    return model


def _input_names(tensors: Any) -> list[str]:
    """The layers of the inputs as `tree.flatten` gives them: dicts by their sorted keys."""
    if _is_leaf(tensors):
        return [tensors[0]]
    if isinstance(tensors, dict):
        tensors = [tensors[key] for key in sorted(tensors)]
    return [name for one in tensors for name in _input_names(one)] if isinstance(tensors, list) else []


def _output_shape(output_layers: Any, created: dict[str, Thing]) -> tuple[Shape | None, bool]:
    """The shape of the model's single output, and whether it is exact; None where there are more, or not known."""
    single = output_layers
    if isinstance(single, list) and len(single) == 1 and isinstance(single[0], list):
        single = single[0]
    if not _is_leaf(single) or single[0] not in created:
        return None, False
    layer = created[single[0]]
    if len(layer.outputs) != 1:
        return None, False
    return layer.outputs[0], layer.exact[:1] == [True]


def _not_functional(model: Thing, config: dict[str, Any], pointer: str) -> LoadFailure:
    missing = [key for key in KEYS if key not in config]
    cls = model.facts
    unknown = {key: value for key, value in config.items() if key not in _OF_MODEL}
    if cls is not None and cls.name == "Model" and unknown:
        # Model takes what it is given for keywords of Layer, which raises no TypeError that would be reworded.
        text = f"Unrecognized keyword arguments passed to Model: {unknown}"
        details = {"class": "Model", "keys": ", ".join(unknown)}
        return LoadFailure("ValueError", text, "KER102", details["class"], pointer, details)
    shown = f"<class '{cls.module}.{cls.name}'>" if cls else f"<class '{model.class_name}'>"
    unexpected = next(iter(config), "")
    text = (
        "Unable to revive model from config. When overriding the `get_config()` method, make sure that the returned "
        f"config contains all items used as arguments in the  constructor to {shown}, which is the default behavior. "
        "You can override this default behavior by defining a `from_config(cls, config)` class method to specify how "
        f"to create an instance of {model.class_name} from its config.\n\nReceived config={config}\n\n"
        f"Error encountered during deserialization: {model.class_name}.__init__() got an unexpected keyword argument "
        f"{unexpected!r}"
    )
    details = {"class": model.class_name, "keys": ", ".join(missing)}
    return LoadFailure("TypeError", text, "KER104", details["class"], pointer, details)


def _create(session: Session, data: Any, pointer: str) -> Thing:
    """One layer or operation of the graph."""
    _required(data, "name", pointer)
    layer = layer_of(session, data, pointer)
    if not isinstance(layer, Thing):
        if session.release >= (3, 9):
            text = f"Unexpected object from deserialization, expected a layer or operation, got a {type(layer)}"
            details = {"class": str(data.get("class_name")), "key": "layers", "value": str(layer)}
            raise LoadFailure("ValueError", text, "KER103", details["class"], pointer, details)
        if isinstance(layer, dict) and data.get("inbound_nodes"):
            # Without a class name it stays a dict, for which calls cannot be noted.
            details = {"class": "Functional", "keys": "class_name"}
            raise LoadFailure("TypeError", "unhashable type: 'dict'", "KER104", str(data["name"]), pointer, details)
        session.gap(pointer, "a function stands where a layer should")
        layer = Thing(str(data.get("class_name")), {"name": data["name"]})
    layer.pointer = pointer
    name_layer(session, layer)
    if isinstance(data["name"], list | dict):  # `created_layers[layer_name] = layer`
        raise broken(layer, "TypeError", f"unhashable type: {type(data['name']).__name__!r}", data["name"])
    _required(data, "inbound_nodes", pointer)
    # keras/src/layers/core/input_layer.py makes its one node in the constructor; everything else waits for it.
    if layer.class_name == "InputLayer":
        layer.nodes, layer.built = 1, True
        layer.outputs, layer.exact = [output_shape("InputLayer", layer.config, None)], [True]
    return layer


def _required(data: Any, key: str, pointer: str) -> None:
    """`layer_data[key]`: the name is asked for before the layer is made, its calls afterwards."""
    if not isinstance(data, dict):
        text = f"'{type(data).__name__}' object is not subscriptable"
        if isinstance(data, str):
            text = "string indices must be integers, not 'str'"
        elif isinstance(data, list):
            text = "list indices must be integers or slices, not str"
        raise LoadFailure("TypeError", text, "KER104", "Functional", pointer, {"class": "Functional", "keys": key})
    if key not in data:
        details = {"class": "Functional", "keys": key}
        raise LoadFailure("KeyError", repr(key), "KER104", details["class"], pointer, details)


def _process(session: Session, created: dict[str, Thing], waiting: dict[Thing, list[Any]], pointer: str) -> None:
    """Make every call; a round without progress raises from 3.12.2 and 3.14.1 on, and never ends in the others.

    Calls wait by layer: those of a layer whose name a later one took are never made.
    """
    while waiting:
        progress = False
        for layer in list(created.values()):
            if layer in waiting:
                progress |= _process_layer(session, created, waiting, layer)
        if not progress:
            raise _stuck(session, waiting, pointer)


def _process_layer(session: Session, created: dict[str, Thing], waiting: dict[Thing, list[Any]], layer: Thing) -> bool:
    """Make the calls of one layer until one has to wait; whether any was made."""
    nodes = waiting[layer]
    done = 0
    for node in nodes:
        try:
            call(session, layer, node_arguments(session, node, created, layer))
        # `except IndexError: break` in `functional_from_config`: every other exception ends the load, which is why the
        # release that turned the ValueError of an unmade node into an IndexError can load graphs that older ones
        # refuse.
        except NodeMissing:
            break
        except LoadFailure as failure:
            # The layer's own IndexError, of an axis that its input does not have, is taken for that of a missing node.
            if failure.type != "IndexError":
                raise
            break
        done += 1
    if done == len(nodes):
        del waiting[layer]
    else:
        waiting[layer] = nodes[done:]
    return done > 0


def _stuck(session: Session, waiting: dict[Thing, list[Any]], pointer: str) -> LoadFailure:
    first = next(iter(waiting))
    details = {"layers": ", ".join(layer.name for layer in waiting)}
    at = first.pointer or pointer
    # The `while unprocessed_nodes` loop without a test for progress spins for ever; there is no exception to report,
    # and a user sees a process that hangs.
    if not session.checks_nodes:
        return LoadFailure(ENDLESS, "the load never returns", "KER111", first.name, at, details)
    text = (
        "Invalid Functional model configuration. The graph of the Functional model either has loops or disconnected "
        f"nodes. The following nodes failed to be resolved: {waiting}"
    )
    return LoadFailure("ValueError", text, "KER111", first.name, at, details)


def _map_tensors(session: Session, tensors: Any, created: dict[str, Thing], pointer: str) -> None:
    """Find the model's input and output tensors; single ones may stand outside a list since 3.4."""
    if isinstance(tensors, dict):
        for key, value in tensors.items():
            follow = _map_tensors if session.release >= (3, 4) else _tensor
            follow(session, value, created, f"{pointer}/{key}")
        return
    if session.release >= (3, 4) and _is_leaf(tensors):
        _tensor(session, tensors, created, pointer)
        return
    if session.release >= (3, 4) and isinstance(tensors, str) and tensors:
        # It is gone through letter by letter, and so is each letter.
        details = {"class": "Functional", "key": pointer.rpartition("/")[2], "value": tensors}
        text = "maximum recursion depth exceeded"
        raise LoadFailure("RecursionError", text, "KER103", details["class"], pointer, details)
    for value in _items(tensors, pointer.rpartition("/")[2], pointer):
        if session.release >= (3, 4):
            _map_tensors(session, value, created, pointer)
        else:
            _tensor(session, value, created, pointer)


def _check_some(session: Session, graph: dict[str, Any], key: str, pointer: str) -> None:
    """`Function.__init__` wants at least one tensor at either end."""
    if any(not isinstance(one, list | tuple | dict) and one != "" for one in leaves(graph[key])):
        return
    shown = {
        end: "[]" if end == key else f"[{tensor(session, None, 'x')}]" for end in ("input_layers", "output_layers")
    }
    text = (
        f"`{key.removesuffix('_layers')}s` argument cannot be empty. Received:\ninputs={shown['input_layers']}\n"
        f"outputs={shown['output_layers']}"
    )
    details = {"class": "Functional", "key": key, "value": str(graph[key])}
    raise LoadFailure("ValueError", text, "KER103", details["class"], pointer, details)


def _items(value: Any, key: str, pointer: str) -> Any:
    """The value, where Python can go through it; LoadFailure with what it says otherwise."""
    if hasattr(value, "__iter__"):
        return value
    text = f"{type(value).__name__!r} object is not iterable"
    details = {"class": "Functional", "key": key, "value": str(value)}
    raise LoadFailure("TypeError", text, "KER103", details["class"], pointer, details)


def _is_leaf(tensors: Any) -> bool:
    return isinstance(tensors, list) and len(tensors) == 3 and isinstance(tensors[0], str)  # noqa: PLR2004 - (layer, node, tensor)


def _tensor(session: Session, reference: Any, created: dict[str, Thing], pointer: str) -> None:
    """`get_tensor(*reference)`."""
    if not hasattr(reference, "__iter__"):
        function = "keras.src.models.functional.functional_from_config.<locals>.get_tensor()"
        text = f"{function} argument after * must be an iterable, not {type(reference).__name__}"
        details = {"class": "Functional", "key": pointer.rpartition("/")[2], "value": repr(reference)}
        raise LoadFailure("TypeError", text, "KER103", details["class"], pointer, details)
    words = list(reference)
    if len(words) != 3:  # noqa: PLR2004 - (layer, node, tensor)
        raise _wrong_arguments(words, pointer)
    name, index = words[0], words[1]
    if isinstance(name, list | dict):  # `layer_name in created_layers`
        details = {"class": "Functional", "key": pointer.rpartition("/")[2], "value": repr(name)}
        text = f"unhashable type: {type(name).__name__!r}"
        raise LoadFailure("TypeError", text, "KER103", details["class"], pointer, details)
    if name not in created:
        raise _no_layer(session, str(name), pointer)
    layer = created[name]
    # A nested functional model is counted with a call of its own since 3.3.
    # Files count from that built-in node: `get_tensor` takes one off the stored index of a Functional (`node_index -=
    # 1`).
    made = layer.nodes + (1 if layer.class_name in FUNCTIONAL and session.release >= (3, 3) else 0)
    # The call first, then its output; a call of a nested model is counted down by one.
    functional = layer.class_name in FUNCTIONAL and session.release >= (3, 3)
    if not isinstance(index, int) and functional and not isinstance(index, float):
        text = f"unsupported operand type(s) for -=: {type(index).__name__!r} and 'int'"
        raise broken(layer, "TypeError", text, index)
    check_output(layer, index)
    if index < made:
        check_output(layer, words[2])
    beyond = index < made and words[2] > 0 and puts_out_one(session, layer)
    if index >= made or beyond:
        details = {"layers": str(name)}
        raise LoadFailure("IndexError", "list index out of range", "KER111", str(name), pointer, details)


def _wrong_arguments(words: list[Any], pointer: str) -> LoadFailure:
    """A single tensor outside a list, as 3.10 and later store it, read by 3.3 and older."""
    function = "functional_from_config.<locals>.get_tensor()"
    names = ["'layer_name'", "'node_index'", "'tensor_index'"]
    if len(words) > len(names):
        text = f"{function} takes 3 positional arguments but {len(words)} were given"
    else:
        missing = names[len(words) :]
        plural = "s" if len(missing) > 1 else ""
        text = f"{function} missing {len(missing)} required positional argument{plural}: {' and '.join(missing)}"
    details = {"class": "Functional", "key": "input_layers", "value": "".join(map(str, words))}
    return LoadFailure("TypeError", text, "KER103", details["class"], pointer, details)


def _no_layer(session: Session, name: str, pointer: str) -> LoadFailure:
    details = {"class": "Functional", "key": "input_layers", "value": name}
    if session.release >= (3, 14):
        text = f"Internal error: could not find layer {name}."
        return LoadFailure("RuntimeError", text, "KER103", details["class"], pointer, details)
    return LoadFailure("AssertionError", "", "KER103", details["class"], pointer, details)
