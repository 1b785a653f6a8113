"""The Keras surface: every serialized object of every config, wherever it lies, with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.terms.finding import Gap, Location
from inspector.terms.record import record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.audit.evidence import Evidence
    from inspector.terms.artifact import Artifact
    from inspector.terms.keras import KerasModel

# The largest published models have some thousand layers and a dozen objects a layer; 128 MB of hostile JSON hold seven
# million objects, which would take gigabytes as entries.
ENTRY_LIMIT = 500_000
# What Keras 3 writes for each argument of each call: they name no class of anybody's, and make up half of a config.
_PLAIN = frozenset({"__keras_tensor__", "__tensor__", "__numpy__", "__ellipsis__", "__slice__", "__bytes__"})
_KERAS_ROOTS = frozenset({"keras", "tf_keras"})
# Where a place lies: the place above and the key or index below it.
Link = tuple[Any, str | int] | None


@record
class ConfigEntry:
    """A serialized object in a config: a JSON object with a `class_name`, and where it stands.

    `role` is the nearest key above it (`layers` for an element of that list), `owner` the class of the object that it
    is a part of ("" for the outermost).
    """

    member: str
    prefix: str
    link: Link
    class_name: str
    value: dict[str, Any]
    role: str = ""
    owner: str = ""

    def at(self, *steps: str | int) -> Location:
        """The place of the entry, or of what lies below it."""
        link = self.link
        for step in steps:
            link = (link, step)
        return Location(self.member, self.prefix + pointer(link))

    @property
    def location(self) -> Location:
        """The place of the entry itself."""
        return self.at()

    @property
    def config(self) -> Any:
        """What stands under `config`."""
        return self.value.get("config")

    @property
    def arguments(self) -> dict[str, Any]:
        """The config where it is a JSON object, as classes have it; else nothing."""
        return found if isinstance(found := self.config, dict) else {}

    @property
    def module(self) -> str:
        """The module that the object comes from; "" where the config, like those of Keras before 2.12, names none."""
        return _text(self.value, "module")

    @property
    def registered_name(self) -> str:
        """The key that it is registered under; "" where there is none."""
        return _text(self.value, "registered_name")

    @property
    def is_keras(self) -> bool:
        """Whether its module is one of Keras' own."""
        return self.module.partition(".")[0] in _KERAS_ROOTS

    @property
    def is_function(self) -> bool:
        """Whether it stands for a function. Loaders also hand out a function where the config says class."""
        own = self.class_name.rpartition(".")[2]
        return self.class_name == "function" or own[:1].islower() or "." in self.class_name

    @property
    def names(self) -> tuple[str, ...]:
        """The names that a loader may look for in the module: Keras before 3.9 tries the registered name as well."""
        own = self.config if self.class_name == "function" else self.class_name
        typed = _text(self.value, "spec_name") if self.class_name == "__typespec__" else own
        return tuple(name for name in (typed, self.registered_name) if isinstance(name, str) and name)


def pointer(link: Link) -> str:
    """The JSON pointer (RFC 6901) of a place."""
    steps = []
    while link is not None:
        link, step = link
        steps.append(str(step).replace("~", "~0").replace("/", "~1"))
    return "".join(f"/{step}" for step in reversed(steps))


def _text(value: dict[str, Any], key: str) -> str:
    return found if isinstance(found := value.get(key), str) else ""


def entries(artifact: Artifact, gaps: list[Gap] | None = None) -> tuple[ConfigEntry, ...]:
    """Every serialized object of the artifact's configs, in the order of the file; a gap where there are too many."""
    found: list[ConfigEntry] = []
    for member, prefix, config in documents(artifact):
        for entry in _walk(member, prefix, config):
            if len(found) >= ENTRY_LIMIT:
                if gaps is not None:
                    gaps.append(Gap(entry.location, f"more than {ENTRY_LIMIT} serialized objects are not read"))
                return tuple(found)
            found.append(entry)
    return tuple(found)


def documents(artifact: Artifact) -> Iterator[tuple[str, str, Any]]:
    """Every JSON value that holds configs: its member, what stands before a pointer into it, and the value."""
    if artifact.keras is not None:
        yield from _of_model(artifact.keras)
    if artifact.keras_metadata is not None:
        from inspector.codec.json_text import parse  # noqa: PLC0415 - cold start: SavedModels of Keras 2 only
        from inspector.terms.errors import LimitError, MalformedArtifactError  # noqa: PLC0415 - as above

        for node in artifact.keras_metadata.nodes:
            try:
                value = parse(node.metadata, artifact.keras_metadata.member)
            except (MalformedArtifactError, LimitError):
                continue  # the reader of the metadata has said so
            yield artifact.keras_metadata.member, node.node_path or f"object_graph/{node.node_id}", value


def _of_model(model: KerasModel) -> Iterator[tuple[str, str, Any]]:
    yield model.config_member, model.config_pointer, model.config
    inside = model.config.get("compile_config") if isinstance(model.config, dict) else None
    if model.compile_config is not None and model.compile_config is not inside:
        # Keras keeps it beside `model_config`, as an attribute of the HDF5 file's root.
        at = model.config_pointer.rpartition("model_config")[0]
        yield model.config_member, f"{at}training_config", model.compile_config


def _walk(member: str, prefix: str, config: Any) -> Iterator[ConfigEntry]:
    """Depth first in file order, with a stack of our own: nesting is as deep as the JSON parser lets pass."""
    stack: list[tuple[Any, Link, str, str]] = [(config, None, "", "")]
    while stack:
        value, link, role, owner = stack.pop()
        if isinstance(value, list):
            below = [(item, (link, place), role) for place, item in enumerate(value)]
        else:
            name = value.get("class_name") if isinstance(value, dict) else None
            if isinstance(name, str):
                if name not in _PLAIN:
                    yield ConfigEntry(member, prefix, link, name, value, role, owner)
                owner = name
            below = [(item, (link, key), key) for key, item in value.items()] if isinstance(value, dict) else []
        stack += ((*child, owner) for child in reversed(below) if isinstance(child[0], dict | list))


def tokens(evidence: Evidence) -> Iterator[str]:
    """What is there: `class:NAME`, `key:NAME` of telling keys, `module:foreign`, `function:keras`, `layer:function`."""
    for entry in evidence.configs:
        yield f"class:{entry.class_name}"
        if entry.is_function:
            yield "function:keras" if entry.is_keras else "function:other"
        if entry.role == "layers" and entry.class_name == "function":
            yield "layer:function"
        if entry.module and not entry.is_keras:
            yield "module:foreign"
        yield from _key_tokens(entry)


def _key_tokens(entry: ConfigEntry) -> Iterator[str]:
    config = entry.arguments
    if "function_type" in config:
        yield "key:function_type"
    if entry.registered_name and entry.registered_name not in (*entry.names[:1], entry.class_name):
        yield "registered_name:other"
    if any(sign in name for sign in ("/", "\\", "..") for name in own_names(entry).values()):
        yield "name:path"


def own_names(entry: ConfigEntry) -> dict[tuple[str, ...], str]:
    """The names that an object gives itself, by where they stand below it."""
    found = {("name",): entry.value.get("name"), ("config", "name"): entry.arguments.get("name")}
    return {steps: name for steps, name in found.items() if isinstance(name, str)}
