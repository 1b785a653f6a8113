"""What a class's `from_config` does with a config, told from the recorded trials of that class.

The order in which a constructor meets bad keys follows Python and Keras: a keyword that the signature lacks or misses
is refused before the body runs; then the base class takes the rest (`Unrecognized keyword arguments`), then the body
looks at each value. Recurrent layers build their cell, with its initializers, before they call the base class.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras_common.failure import LoadFailure
from inspector.runtime.facts import Rejected
from inspector.terms.record import field, record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from inspector.loaders.keras_common.session import Session
    from inspector.runtime.facts import ClassFacts

CELL_FIRST = frozenset({"LSTM", "GRU", "SimpleRNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"})
# Popped by Layer.__init__ of every Keras 3 release though no signature names them.
BASE_KEYS = frozenset({"input_shape", "input_dim"})
# Taken by BaseConv, which Conv1D to Conv3D hand what they do not name themselves (base_conv.py of 3.3 and 3.10).
_CONVOLUTIONS = frozenset({"Conv1D", "Conv2D", "Conv3D"})
_OF_CONVOLUTIONS = {"lora_rank": (3, 3), "lora_alpha": (3, 10)}
_UNKNOWN_WORDING = ("unexpected keyword argument", "Unrecognized keyword", "not recognized", "not understood")
_ENCOUNTERED = "Exception encountered: "


@record
class _Objection:
    """One reason to refuse the config: `rank` orders the reasons as the constructor meets them."""

    rank: tuple[int, int]
    failure: LoadFailure


@record
class Construction:
    """One call of `cls.from_config(config)`.

    `nested` holds what the objects inside the config raise when the constructor deserializes them, by key; `skip` names
    keys that the caller has dealt with.
    """

    session: Session
    cls: ClassFacts
    config: Mapping[str, Any]
    pointer: str
    nested: Mapping[str, LoadFailure] = field(default_factory=dict)
    skip: frozenset[str] = frozenset()


def check_config(made: Construction) -> None:
    """Raise what the call raises, if anything. Keys whose fate nothing tells are noted as gaps."""
    objections = list(_objections(made))
    if objections:
        first = min(objections, key=lambda o: o.rank)
        raise wrapped(made.session, made.cls, made.config, first.failure)


def _objections(made: Construction) -> Iterator[_Objection]:
    unknown: dict[str, Any] = {}
    # keras/src/layers/rnn/lstm.py `LSTM.__init__` makes its LSTMCell, which calls `initializers.get`, before
    # `super().__init__` refuses unknown keywords; every other layer calls its base first.
    nested_rank = 2 if made.cls.name in CELL_FIRST else 4
    for position, (key, value) in enumerate(made.config.items()):
        if key in made.nested:
            yield _Objection((nested_rank, position), made.nested[key])
            continue
        # What `from_config` took out of the config never reaches the constructor, whatever a trial of that key
        # recorded.
        if key in made.skip:
            continue
        # The dtype was tried with the default mode, the one in which Hashing wants an integer.
        if made.cls.name == "Hashing" and key == "dtype" and made.config.get("output_mode", "int") != "int":
            continue
        fate = key_fate(made.session, made.cls, key, value, made.pointer)
        if isinstance(fate, Rejected):
            if is_unknown_key(fate, key):
                unknown[key] = value
            else:
                yield _Objection((4, position), _value_failure(made, key, value, fate))
    if unknown:
        yield _unknown_objection(made, unknown)
    yield from _missing(made)


def key_fate(session: Session, cls: ClassFacts, key: str, value: Any, pointer: str) -> Rejected | bool:
    """Whether the class takes that key and value; one that nothing is known of becomes a gap and counts as taken."""
    # Every operation's config carries a name, which a constructor of its own need not take (keras/src/ops/numpy.py).
    nameless = key == "name" and cls.kind == "operation" and not cls.has_kwargs and key not in cls.parameters
    # A recorded trial outweighs the signature: constructors with **kwargs refuse keys that no signature shows.
    tried = False if nameless else session.facts.trial(session.path, cls, key, value)
    if tried is not False:
        return tried
    if key in cls.parameters or (cls.config is not None and key in cls.config):
        return True
    if cls.has_kwargs and _is_base_key(session, cls, key):
        return _input_shape_fate(session, cls, key, value)
    unknown = session.facts.unknown_keys(session.path, cls)
    if unknown is True or (unknown is False and cls.has_kwargs):
        if unknown is False:
            session.gap(f"{pointer}/{key}", f"what {cls.name} does with an unknown key was not recorded")
        return True
    if isinstance(unknown, Rejected):
        return Rejected(unknown.type, renamed(unknown.text, {key: value}))
    return Rejected("TypeError", f"{cls.name}.__init__() got an unexpected keyword argument {key!r}")


def _input_shape_fate(session: Session, cls: ClassFacts, key: str, value: Any) -> Rejected | bool:
    """The fate of `input_shape`, which the legacy path makes of a `batch_input_shape`: that key was tried."""
    if key != "input_shape" or session.path != "legacy":
        return True
    for form in (value, {"class_name": "__tuple__", "items": [None, 4]}):
        tried = session.facts.trial("legacy", cls, "batch_input_shape", form)
        if isinstance(tried, Rejected) and is_unknown_key(tried, "input_shape"):
            unknown = session.facts.unknown_keys("legacy", cls)
            return Rejected(tried.type, renamed(unknown.text, {key: value})) if isinstance(unknown, Rejected) else tried
    return True


def _is_base_key(session: Session, cls: ClassFacts, key: str) -> bool:
    """Whether the base class of layers takes that keyword."""
    if cls.kind not in {"layer", "model", "operation"}:
        return False
    since = _OF_CONVOLUTIONS.get(key) if cls.name in _CONVOLUTIONS else None
    if since is not None and session.release >= since:
        return True
    return key in BASE_KEYS or any(key in base.parameters for base in session.facts.named("Layer", "layer"))


def is_unknown_key(fate: Rejected, key: str) -> bool:
    """Whether the text says that the key itself, not its value, is not known."""
    bare = last_cause(fate.text)
    return repr(key) in bare and any(words in bare for words in _UNKNOWN_WORDING)


def renamed(text: str, unknown: Mapping[str, Any]) -> str:
    """The recorded text for unknown keys `zz_a: 1, zz_b: 2`, as it reads for these keys."""
    first = next(iter(unknown))
    text = text.replace("{'zz_a': 1, 'zz_b': 2}", repr(dict(unknown)))
    text = text.replace("['zz_a', 'zz_b']", repr(list(unknown))).replace("{'zz_a', 'zz_b'}", repr(set(unknown)))
    return text.replace("'zz_a'", repr(first)).replace("zz_a", first)


def _unknown_objection(made: Construction, unknown: Mapping[str, Any]) -> _Objection:
    name, first = made.cls.name, next(iter(unknown))
    recorded = made.session.facts.unknown_keys(made.session.path, made.cls)
    if not isinstance(recorded, Rejected):
        recorded = Rejected("TypeError", f"{name}.__init__() got an unexpected keyword argument 'zz_a'")
    kind, text = raised_inside(recorded)
    text = last_cause(renamed(text, unknown))
    # Python's own refusal comes before the body runs; Keras' (`Unrecognized keyword arguments`) after the cell is made.
    by_signature = "unexpected keyword argument" in text and f"{name}.__init__()" in text
    details = {"class": name, "keys": ", ".join(unknown)}
    failure = LoadFailure(kind, text, "KER102", name, f"{made.pointer}/{first}", details)
    return _Objection((0 if by_signature else 3, 0), failure)


def _value_failure(made: Construction, key: str, value: Any, fate: Rejected) -> LoadFailure:
    kind, text = raised_inside(fate)
    text = last_cause(text).replace("{value}", str(value))
    details = {"class": made.cls.name, "key": key, "value": repr(value)}
    return LoadFailure(kind, text, "KER103", made.cls.name, f"{made.pointer}/{key}", details)


def _missing(made: Construction) -> Iterator[_Objection]:
    """Required parameters that the config lacks, and keys without which the class's own `from_config` fails."""
    cls, config = made.cls, made.config
    absent = [key for key, required in cls.parameters.items() if required and key not in config]
    # Trials left out one key at a time; Python names all that are missing in one sentence.
    if len(absent) > 1:
        yield _Objection((1, 0), _missing_failure(made, absent, _missing_text(cls, absent)))
        return
    for key in [*absent, *(k for k in (cls.config or {}) if k not in config and k not in absent)]:
        recorded = made.session.facts.without(made.session.path, cls, key)
        if isinstance(recorded, Rejected) and (key in absent or _needed(made, recorded)):
            kind, text = raised_inside(recorded)
            yield _Objection((1, 0), _missing_failure(made, [key], last_cause(text), kind))
        elif recorded is False and key in absent:
            yield _Objection((1, 0), _missing_failure(made, [key], _missing_text(cls, [key])))


def _needed(made: Construction, recorded: Rejected) -> bool:
    """Whether leaving out a key that the signature does not require is fatal here too.

    A KeyError is; other refusals hold for the default config and may fall away where another key stands in.
    """
    if made.cls.name == "InputLayer":
        # 3.0.0 and 3.0.1 swallow `batch_input_shape` with whatever else they do not know (input_layer.py).
        unread = {"batch_input_shape"} if made.session.release < (3, 0, 2) else set()
        return not any(key.endswith("shape") for key in made.config.keys() - unread)
    return recorded.type == "KeyError"


def _missing_text(cls: ClassFacts, absent: list[str]) -> str:
    """CPython's wording for arguments that a call lacks (3.10 and later name the class)."""
    *most, last = [repr(key) for key in absent]
    joint = ", and " if len(most) > 1 else " and "
    listed = f"{', '.join(most)}{joint}{last}" if most else last
    plural = "s" if most else ""
    return f"{cls.name}.__init__() missing {len(absent)} required positional argument{plural}: {listed}"


def _missing_failure(made: Construction, absent: list[str], text: str, kind: str = "TypeError") -> LoadFailure:
    details = {"class": made.cls.name, "keys": ", ".join(absent)}
    return LoadFailure(kind, text, "KER104", made.cls.name, made.pointer, details)


def raised_inside(recorded: Rejected) -> tuple[str, str]:
    """Exception class and text that `from_config` raises, without the rewording of `deserialize_keras_object`."""
    head, _, rest = recorded.text.partition(_ENCOUNTERED)
    if "could not be deserialized properly" in head and rest:
        return "TypeError", rest
    return recorded.type, recorded.text


def last_cause(text: str) -> str:
    """The innermost exception's text."""
    return text.rpartition(_ENCOUNTERED)[2]


def wraps(session: Session, cls: ClassFacts) -> bool:
    """Whether the class's `from_config` rewords what its constructor raises (`Error when deserializing class`)."""
    if cls.name == "InputLayer":
        # It swallows unknown keys, so that no recorded trial of one tells; its from_config is that of every operation.
        return True
    recorded = session.facts.unknown_keys(session.path, cls)
    if recorded is False:
        # Where the default config itself is refused on this path, the other one tells: the class is the same.
        recorded = session.facts.unknown_keys("v3" if session.path == "legacy" else "legacy", cls)
    return isinstance(recorded, Rejected) and "Error when deserializing class" in recorded.text


def wrapped(session: Session, cls: ClassFacts, config: Mapping[str, Any], failure: LoadFailure) -> LoadFailure:
    """The failure of the constructor as `from_config` lets it out."""
    # keras/src/ops/operation.py `Operation.from_config` rewords whatever its constructor raises; classes with a
    # `from_config` of their own do not, unless they call it.
    if not wraps(session, cls):
        return failure
    text = f"Error when deserializing class '{cls.name}' using config={dict(config)}.\n\n{_ENCOUNTERED}{failure.text}"
    return failure.reworded("TypeError", text)
