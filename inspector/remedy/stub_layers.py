"""Skeletons of layers and models: constructor, weights in `build`, a place for `call`, the shape of the output."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.remedy.names import RESERVED, is_name, quoted, remark
from inspector.remedy.parameters import constructor, getter

if TYPE_CHECKING:
    from inspector.remedy.missing import Use
    from inspector.remedy.parameters import Parameter
    from inspector.remedy.skeleton import Skeleton
    from inspector.remedy.spelling import Spelling
    from inspector.remedy.stored import Weight
    from inspector.remedy.wiring import Shape, Wiring

# What a model's own folder in a weights file holds beside its layers.
_NOT_PARTS = frozenset({"optimizer", "metrics", "vars"})


class LayerStub:
    """Writes one class. Shapes are written as the constructor's parameters where every layer of the class agrees."""

    def __init__(self, skeleton: Skeleton, wires: Wiring) -> None:
        self.missing, self.identifier, self.base = skeleton.missing, skeleton.identifier, skeleton.base
        self.parameters, self.weights, self.wires = skeleton.parameters, skeleton.weights, wires
        places = [use.pointer for use in skeleton.missing.uses]
        self.is_cell = any(place.endswith("/cell") or "/cells/" in place for place in places)

    def lines(self, spelling: Spelling) -> list[str]:
        """The class statement, without its decorator."""
        head = [f"class {self.identifier}({self.base.source}):", *self._places()]
        body = [*self._constructor(), *self._build(), *self._call(spelling), *self._output(), *self._config()]
        return [*head, *(body or ["    pass"])]

    @property
    def _is_plain(self) -> bool:
        """Whether everything but the constructor is the skeleton's: a guessed built-in base brings its own."""
        return self.base.source in {"keras.layers.Layer", "keras.Model"} and "layers" not in self.base.keys

    def _places(self) -> list[str]:
        # Where the class stands in the file: its author knows the layer by its neighbours.
        lines = [f"    # {remark(use.pointer or '/')}{self._flow(use)}" for use in self.missing.uses[:5]]
        if len(self.missing.uses) > 5:  # noqa: PLR2004 - enough to see where it stands
            lines.append(f"    # and {len(self.missing.uses) - 5} more places")
        if self.base.is_guess:
            lines.append(f"    # The base class is a guess: the config repeats that of {self.base.source}.")
        return lines

    def _flow(self, use: Use) -> str:
        given, made = self.wires.inputs.get(use.name), self.wires.output(use.name)
        shown = [f"{word} {remark(shape)}" for word, shape in (("input", given), ("output", made)) if shape]
        return f": {', '.join(shown)}" if shown else ""

    def _constructor(self) -> list[str]:
        extra = self._parts() if self.missing.kind == "model" and self._is_plain else []
        if self.is_cell:
            extra += [f"        self.state_size = {self._last_size()}  # TODO: the sizes of the cell's states"]
        return constructor(self.parameters, extra)

    def _config(self) -> list[str]:
        return getter(self.parameters, has_base_config=self.missing.kind != "model")

    # Weights

    def _build(self) -> list[str]:
        if not self._is_plain:
            return []
        own = [self._add(weight) for weight in self._longest if len(weight.path) == 1]
        # An `.h5` puts weights into a model that was never called: its layers must be there at once.
        parts = [] if self.missing.kind == "model" else self._parts()
        if not own and not parts and self.missing.kind != "model":
            return []
        return ["", "    def build(self, input_shape):", *own, *parts, "        self.built = True"]

    @property
    def _longest(self) -> tuple[Weight, ...]:
        return max(self.weights.values(), key=len, default=())

    def _parts(self) -> list[str]:
        names = list(dict.fromkeys(w.path[0] for w in self._longest if len(w.path) > 1))
        return [line for name in names for line in self._part(name)]

    def _add(self, weight: Weight) -> str:
        shapes = [next((w.shape for w in ws if w.path == weight.path), None) for ws in self.weights.values()]
        attribute = _attribute(weight.path[0], self.parameters)
        options = "" if weight.trainable else ", trainable=False"
        options += "" if weight.dtype in {"float32", ""} else f", dtype={quoted(weight.dtype)}"
        shape = self._shape_text(shapes)
        return f"        self.{attribute} = self.add_weight(name={quoted(attribute)}, shape={shape}{options})"

    def _shape_text(self, shapes: list[tuple[int, ...] | None]) -> str:
        """One expression for the shapes of all layers of the class, else a table by the layers' names."""
        known = [shape for shape in shapes if shape is not None]
        if len({len(shape) for shape in known}) != 1 or len(known) != len(shapes):
            return self._table(shapes) if len(set(known)) > 1 else _tuple([str(size) for size in known[0]])
        sizes = list(zip(*known, strict=True))
        return _tuple([self._size_text(size, first=i == 0 and len(sizes) > 1) for i, size in enumerate(sizes)])

    def _size_text(self, values: tuple[int, ...], *, first: bool) -> str:
        # The first axis of a kernel is most often the input's last, and the last one a parameter such as `units`: so
        # that equal numbers are taken for the likelier of the two.
        given = [("input_shape[-1]", self._last_inputs())]
        own = [
            (f"self.{p.attribute}", [_of(use.config, p.key) for use in self.weights]) for p in self.parameters if p.name
        ]
        for text, found in given + own if first else own + given:
            if all(type(size) is int for size in found) and tuple(found) == values:
                return text
        # Equal everywhere, and equal to no parameter: a number of the class itself.
        if len(set(values)) == 1:
            return str(values[0])
        return self._table(list(values))

    def _last_inputs(self) -> list[Any]:
        shapes = [self.wires.inputs.get(use.name) for use in self.weights]
        return [shape[-1] if isinstance(shape, tuple) and shape else None for shape in shapes]

    def _table(self, values: list[Any]) -> str:
        rows = ", ".join(f"{quoted(use.name)}: {value!r}" for use, value in zip(self.weights, values, strict=True))
        return f"{{{rows}}}[self.name]"

    def _part(self, name: str) -> list[str]:
        """A sublayer: the one that the constructor was given, or one that only holds the weights."""
        if any(p.name == name and p.kind == "layer" for p in self.parameters):
            return [f"        if not self.{name}.built:", f"            self.{name}.build(input_shape)"]
        if self.missing.kind == "model" and (name == "layers" or name in _NOT_PARTS):
            return self._unnamed_parts() if name == "layers" else []
        if not is_name(name) or name in RESERVED:
            return [f"        # TODO: the file also holds weights below {remark(name)}"]
        trees = [_tree_text(_tree(ws, name)) for ws in self.weights.values()]
        text = trees[0] if len(set(trees)) == 1 else self._tree_table(trees)
        line = f"        self.{name} = Part({text}, name={quoted(name)})"
        return ["        # TODO: the real layer instead of its weights.", line]

    def _tree_table(self, trees: list[str]) -> str:
        rows = ", ".join(f"{quoted(use.name)}: {tree}" for use, tree in zip(self.weights, trees, strict=True))
        return f"{{{rows}}}[self.name]"

    def _unnamed_parts(self) -> list[str]:
        found = [w for ws in self.weights.values() for w in ws if w.path[0] == "layers"]
        names = dict.fromkeys(w.path[1] for w in found)
        return [
            f"        # TODO: the layer that the file calls {remark(name)}; its weights: "
            f"{', '.join(str(w.shape) for w in found if w.path[1] == name)}"
            for name in names
        ]

    # Calls

    def _call(self, spelling: Spelling) -> list[str]:
        if not self._is_plain:
            return []
        names = ["states"] if self.is_cell else self._arguments()
        head = f"    def call(self, {', '.join(['inputs', *names])}):"
        lines = ["", head, "        # TODO: compute the output."]
        if not spelling.calls_layers or self.missing.kind == "model":
            return [*lines, f'        raise NotImplementedError("{self.identifier}.call is a skeleton")']
        if self.is_cell:
            return [*lines, "        return unfinished(self, inputs), states"]
        return [*lines, "        return unfinished(self, inputs)"]

    def _arguments(self) -> list[str]:
        """What the calls in the file pass beside the first tensor."""
        found = dict.fromkeys(name for use in self.missing.uses for name in self.wires.extra.get(use.name, ()))
        return [f"{name}=None" for name in found if is_name(name) and name not in {"self", "inputs"}]

    def _output(self) -> list[str]:
        if not self._is_plain or self.missing.kind == "model":
            return []
        shapes = self._output_shapes()
        text = shapes[0] if len(shapes) == 1 else f"[{', '.join(shapes)}]"
        return ["", "    def compute_output_shape(self, input_shape):", f"        return {text}"]

    def _output_shapes(self) -> list[str]:
        count = max(self.wires.count.get(use.name, 1) for use in self.missing.uses)
        return [self._output_text(index) for index in range(count)]

    def _output_text(self, index: int) -> str:
        """The shape that is stated or implied; else what the weights imply; else that of the input."""
        made = [self.wires.output(use.name, index) for use in self.weights]
        given = [self.wires.inputs.get(use.name) for use in self.weights]
        single = all(isinstance(shape, tuple) for shape in given)
        if all(shape is not None for shape in made):
            known = [shape for shape in made if shape is not None]
            alike = all(_same_but_last(a, b) for a, b in zip(known, given, strict=True))
            if single and alike:
                return f"(*input_shape[:-1], {self._size_text(tuple(s[-1] or 0 for s in known), first=False)})"
            return repr(known[0]) if len(set(known)) == 1 else self._table(list(known))
        own = "input_shape" if single or not self._takes_list() else "input_shape[0]"
        last = self._last_size()
        return f"(*{own}[:-1], {last})" if last is not None else f"tuple({own})"

    def _takes_list(self) -> bool:
        return any(isinstance(self.wires.inputs.get(use.name), list) for use in self.missing.uses)

    def _last_size(self) -> str | None:
        """The last size of the last weight: that of a bias or of a kernel."""
        lasts = [next((w.shape[-1] for w in reversed(ws) if w.shape), None) for ws in self.weights.values()]
        sizes = [size for size in lasts if size is not None]
        if len(sizes) != len(lasts) or not sizes:
            return next((f"self.{p.attribute}" for p in self.parameters if p.key == "units"), None)
        return self._size_text(tuple(sizes), first=False)


def _same_but_last(made: Shape, given: Any) -> bool:
    return isinstance(given, tuple) and len(made) == len(given) > 0 and made[:-1] == given[:-1] and made[-1] is not None


def _of(config: Any, key: str) -> Any:
    return config.get(key) if isinstance(config, dict) else None


def _attribute(name: str, parameters: list[Parameter]) -> str:
    plain = name if is_name(name) else "weight"
    return f"{plain}_" if plain in RESERVED or any(p.attribute == plain for p in parameters) else plain


def _tree(weights: tuple[Weight, ...], name: str) -> dict[str, Any]:
    """The weights below one attribute as nested dicts: shapes as tuples, as lists where the weight is not trained."""
    found: dict[str, Any] = {}
    for weight in weights:
        if weight.path[0] == name and len(weight.path) > 1:
            place = found
            for step in weight.path[1:-1]:
                place = place.setdefault(_attribute(step, []), {})
            if isinstance(place, dict):
                place[_attribute(weight.path[-1], [])] = weight.shape if weight.trainable else list(weight.shape)
    return found


def _tree_text(tree: Any) -> str:
    """The source of such a tree."""
    if isinstance(tree, dict):
        return f"{{{', '.join(f'{quoted(name)}: {_tree_text(below)}' for name, below in tree.items())}}}"
    return ascii(tree)


def _tuple(sizes: list[str]) -> str:
    return f"({sizes[0]},)" if len(sizes) == 1 else f"({', '.join(sizes)})"
