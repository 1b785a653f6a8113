"""Numbers and words of the right type that a constructor of Keras 2 refuses all the same: out of range, or unknown.

Source: `__init__` of the layers, tried over the releases 2.0 to 2.15. What is not here is taken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from inspector.loaders.keras2.walk import Event, Walk

Config = dict[str, Any]
# The exception's class, its text, and the key that it is about.
Refusal = tuple[str, str, str]
_CONVOLUTIONS = frozenset(
    {f"{kind}{rank}D" for kind in ("Conv", "SeparableConv", "DepthwiseConv") for rank in (1, 2, 3)}
    | {f"Conv{rank}DTranspose" for rank in (1, 2, 3)}
)
_CAUSAL = frozenset({"Conv1D", "SeparableConv1D", "Conv1DTranspose", "DepthwiseConv1D"})
_PLACED = frozenset({"RandomRotation", "RandomZoom", "RandomTranslation"})
_MODES = ("int", "one_hot", "multi_hot", "count")  # of Hashing
_INTERPOLATIONS = ("bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5", "gaussian", "mitchellcubic")
_LOOKED_UP_SINCE = (2, 13)
_THETA_CHECKED_SINCE = (2, 5)
_NAMED = (2, 7)  # since then texts of constructors show what was received


def range_events(walk: Walk, class_name: str, config: Mapping[str, Any]) -> Iterator[Event]:
    """What the layer's constructor raises for a value that is of the right type."""
    for refused in _refusals(walk.release, class_name, dict(config)):
        if refused is not None:
            kind, text, key = refused
            yield walk.at(key).problem("KER103", class_name, kind, text, key=key, value=repr(config.get(key)))
            return


def _refusals(release: tuple[int, int], name: str, config: Config) -> Iterator[Refusal | None]:
    if name in _CONVOLUTIONS:
        yield from _convolution(release, name, config)
    elif name in _PLACED:
        yield from _placed(release, config)
    elif name in _BY_CLASS:
        yield from _BY_CLASS[name](release, name, config)
    for key, value in config.items():
        if key.endswith("_initializer") and release < _NAMED:
            yield _fan(key, value)


def _convolution(release: tuple[int, int], name: str, config: Config) -> Iterator[Refusal | None]:
    """Sizes first, then what `_validate_init` compares."""
    filters, groups = config.get("filters"), config.get("groups") or 1
    if isinstance(filters, int) and (filters <= 0 if release >= (2, 9) else filters < 0 and release >= (2, 6)):
        yield _not_positive(release, filters)
    if release >= (2, 3) and isinstance(filters, int) and isinstance(groups, int) and filters % groups:
        text = "The number of filters must be evenly divisible by the number of groups. Received: "
        yield "ValueError", f"{text}groups={groups}, filters={filters}", "groups"
    yield _zero(release, config, "kernel_size", (2, 3))
    if release >= _NAMED:
        yield _zero(release, config, "dilation_rate", _NAMED)
    if release >= (2, 5) and _has_zero(config.get("strides")):
        shown = tuple(config["strides"])
        yield "ValueError", f"The argument `strides` cannot contains 0(s). Received: {shown}", "strides"
    if config.get("padding") == "causal" and name not in _CAUSAL:
        quote = "`" if release < (2, 3) else ""
        text = f"Causal padding is only supported for `Conv1D`and {quote}`SeparableConv1D`."
        yield "ValueError", text, "padding"
    yield _steps_apart(release, name, config)
    yield _output_padding(release, config)


def _not_positive(release: tuple[int, int], filters: int) -> Refusal:
    text = "Invalid value for argument `filters`. Expected a strictly positive value. Received "
    if release < (2, 9):
        got = "Received" if release >= _NAMED else "got"
        text = f"Received a negative value for `filters`.Was expecting a positive value, {got} {filters}."
        return "ValueError", text if release < _NAMED else text.replace("value, R", "value. R"), "filters"
    return "ValueError", f"{text}filters={filters}.", "filters"


def _has_zero(value: Any) -> bool:
    return isinstance(value, list) and 0 in value


def _zero(release: tuple[int, int], config: Config, key: str, since: tuple[int, int]) -> Refusal | None:
    """A window of no width."""
    value = config.get(key)
    if release < since or not _has_zero(value) or not isinstance(value, list):
        return None
    if release < _NAMED:
        return "ValueError", f"The argument `{key}` cannot contain 0(s). Received: {tuple(value)}", key
    text = (
        f"The `{key}` argument must be a tuple of {len(value)} integers. Received: {value} including {{0}} that does "
    )
    return "ValueError", f"{text}not satisfy the requirement `> 0`.", key


def _steps_apart(release: tuple[int, int], name: str, config: Config) -> Refusal | None:
    """From 2.13 on steps of more than one and holes in the window exclude each other in the constructor."""
    strides, rates = config.get("strides"), config.get("dilation_rate")
    if release < (2, 13) or name.endswith("Transpose") or not isinstance(strides, list) or not isinstance(rates, list):
        return None
    if (
        not all(isinstance(one, int) for one in (*strides, *rates))
        or max(strides, default=1) <= 1
        or max(rates, default=1) <= 1
    ):
        return None
    text = "`strides > 1` not supported in conjunction with `dilation_rate > 1`. Received: "
    return "ValueError", f"{text}strides={tuple(strides)} and dilation_rate={tuple(rates)}", "strides"


def _output_padding(release: tuple[int, int], config: Config) -> Refusal | None:
    padding, strides = config.get("output_padding"), config.get("strides")
    if padding is None or not isinstance(strides, list):
        return None
    padding = [padding] * len(strides) if isinstance(padding, int) else padding
    numbers = isinstance(padding, list) and all(isinstance(one, int) for one in (*padding, *strides))
    if not numbers or len(padding) != len(strides) or all(a > b for a, b in zip(strides, padding, strict=True)):
        return None
    steps, added = tuple(strides), tuple(padding)
    text = f"Strides must be greater than output padding. Received strides={steps}, output_padding={added}."
    if release < _NAMED:
        text = f"Stride {steps} must be greater than output padding {added}"
    return "ValueError", text, "output_padding"


def _placed(release: tuple[int, int], config: Config) -> Iterator[Refusal | None]:
    """What fills the places that an image was moved from, and how sizes between pixels are found."""
    modes = ["reflect", "wrap", "constant", *(["nearest"] if release >= (2, 4) else [])]
    mode, between = config.get("fill_mode"), config.get("interpolation")
    if isinstance(mode, str) and mode not in modes:
        known = ", ".join(f"`{one}`" for one in modes[:-1])
        text = f"Unknown `fill_mode` {mode}. Only {known} and `{modes[-1]}` are supported."
        yield "NotImplementedError", text, "fill_mode"
    if isinstance(between, str) and between not in {"nearest", "bilinear"}:
        text = f"Unknown `interpolation` {between}. Only `nearest` and `bilinear` are supported."
        yield "NotImplementedError", text, "interpolation"


def _flip(_release: tuple[int, int], name: str, config: Config) -> Iterator[Refusal | None]:
    mode = config.get("mode", "horizontal_and_vertical")
    if isinstance(mode, str) and mode not in {"horizontal", "vertical", "horizontal_and_vertical"}:
        text = f"{name} layer {config.get('name')} received an unknown mode argument {mode}"
        yield "ValueError", text, "mode"


def _rate(release: tuple[int, int], _name: str, config: Config) -> Iterator[Refusal | None]:
    rate = config.get("rate")
    if release >= (2, 6) and isinstance(rate, (int, float)) and not 0 <= rate <= 1:
        yield "ValueError", f"Invalid value {rate} received for `rate`, expected a value between 0 and 1.", "rate"


def _embedding(release: tuple[int, int], _name: str, config: Config) -> Iterator[Refusal | None]:
    sizes = [config.get("input_dim"), config.get("output_dim")]
    numbers = [one for one in sizes if isinstance(one, int)]
    if release >= (2, 3) and len(numbers) == len(sizes) and min(numbers) <= 0:
        text = f"found input_dim {sizes[0]} and output_dim {sizes[1]}"
        if release >= _NAMED:
            text = f"Received input_dim = {sizes[0]} and output_dim = {sizes[1]}"
        yield "ValueError", f"Both `input_dim` and `output_dim` should be positive, {text}", "input_dim"


def _units(release: tuple[int, int], _name: str, config: Config) -> Iterator[Refusal | None]:
    units = config.get("units")
    if isinstance(units, int) and (units <= 0 if release >= (2, 11) else units < 0 and release >= (2, 6)):
        text = "Received an invalid value for argument `units`, expected a positive integer, got "
        text = text if release >= _NAMED else text.replace("argument ", "")
        yield "ValueError", f"{text}{units}.", "units"


def _unrolled(release: tuple[int, int], _name: str, config: Config) -> Iterator[Refusal | None]:
    if config.get("unroll"):
        text = "Unrolling is not possible with convolutional RNNs. Received: unroll=True"
        text = text if release >= _NAMED else "Unrolling isn't possible with convolutional RNNs."
        yield "TypeError", text, "unroll"


def _permute(release: tuple[int, int], _name: str, config: Config) -> Iterator[Refusal | None]:
    dims = config.get("dims")
    if not isinstance(dims, list) or not all(isinstance(one, int) for one in dims):
        return
    if sorted(dims) != list(range(1, len(dims) + 1)):
        text = "The set of indices in `dims` must be consecutive and start from 1."
        if release >= _NAMED:
            text = f"Invalid permutation argument `dims` for Permute Layer. {text} Received dims={dims}"
        else:
            text = f"Invalid permutation `dims` for Permute Layer: {dims}. {text}"
        yield "ValueError", text, "dims"


def _hashing(release: tuple[int, int], _name: str, config: Config) -> Iterator[Refusal | None]:
    bins = config.get("num_bins")
    if isinstance(bins, int) and bins <= 0:
        text = f"The `num_bins` for `Hashing` cannot be `None` or non-positive values. Received: num_bins={bins}."
        text = text if release >= _NAMED else "`num_bins` cannot be `None` or non-positive values."
        yield "ValueError", text, "num_bins"
    mode = config.get("output_mode", "int")
    if isinstance(mode, str) and mode not in _MODES:
        text = "Unkown value for `output_mode` argument of layer Hashing. Allowed values are: or one of the following "
        yield "ValueError", f"{text}values: {_MODES}. Received: {mode}", "output_mode"


def _threshold(release: tuple[int, int], _name: str, config: Config) -> Iterator[Refusal | None]:
    theta = config.get("theta")
    if release >= _THETA_CHECKED_SINCE and isinstance(theta, int | float) and theta < 0:
        got = ". Received:" if release >= _NAMED else ", got"
        yield "ValueError", f"The theta value of a Thresholded ReLU layer should be >=0{got} {theta}", "theta"


def _resized(release: tuple[int, int], _name: str, config: Config) -> Iterator[Refusal | None]:
    """The recorded trials end with 2.12: from 2.13 on the word is looked up when the layer is made."""
    word = config.get("interpolation")
    if release >= _LOOKED_UP_SINCE and isinstance(word, str) and word.lower() not in _INTERPOLATIONS:
        text = f"Value not recognized for `interpolation`: {word.lower()}. Supported values are: "
        yield "NotImplementedError", f"{text}dict_keys({list(_INTERPOLATIONS)})", "interpolation"


def _encoding(release: tuple[int, int], _name: str, config: Config) -> Iterator[Refusal | None]:
    tokens = config.get("num_tokens")
    if isinstance(tokens, int) and tokens < 1:
        text = f"`num_tokens` must be >= 1. Received: num_tokens={tokens}."
        yield "ValueError", text if release >= _NAMED else "num_tokens must be >= 1.", "num_tokens"


def _lookup(release: tuple[int, int], name: str, config: Config) -> Iterator[Refusal | None]:
    """How many tokens there may be. Source: IndexLookup.__init__."""
    tokens, unknown = config.get("max_tokens"), config.get("num_oov_indices")
    if isinstance(tokens, int) and tokens <= 1:
        yield "ValueError", _few_tokens(release, name, tokens), "max_tokens"
    if release >= (2, 6) and config.get("pad_to_max_tokens") is True and tokens is None:
        word = "Received:" if release >= _NAMED else "You passed"
        shown = "max_tokens=None" if release >= _NAMED else "`max_tokens=None`"
        text = f"If pad_to_max_tokens is True, must set `max_tokens`. {word} {shown}"
        yield "ValueError", text, "pad_to_max_tokens"
    if isinstance(unknown, int) and unknown < 0:
        end = f"Received: num_oov_indices={unknown}" if release >= _NAMED else f"You passed {unknown}"
        least = "greater than or equal to" if release >= (2, 5) else "greater than"
        yield "ValueError", f"`num_oov_indices` must be {least} 0. {end}", "num_oov_indices"


def _few_tokens(release: tuple[int, int], name: str, tokens: int) -> str:
    if name == "IntegerLookup":
        if release >= _NAMED:
            text = "If `max_tokens` is set for `IntegerLookup`, it must be greater than 1. Received: "
            return f"{text}max_tokens={tokens}."
        return f"If set, max_tokens must be greater than 1. You passed {tokens}"
    ends = {(2, 5): f" You passed {tokens}", (2, 6): f" You passed `max_tokens={tokens}`"}
    end = f" Received: max_tokens={tokens}" if release >= _NAMED else ends.get(release, "")
    return f"If set, `max_tokens` must be greater than 1.{end}"


def _local(_release: tuple[int, int], name: str, config: Config) -> Iterator[Refusal | None]:
    padding = config.get("padding", "valid")
    if config.get("implementation", 1) == 1 and padding in ("same", "causal"):
        text = f'Invalid border mode for {name} (only "valid" is supported if implementation is 1): {padding}'
        yield "ValueError", text, "padding"


def _halves(_release: tuple[int, int], _name: str, config: Config) -> Iterator[Refusal | None]:
    """A backward layer of its own runs the other way, and gives what the forward one gives."""
    layers = [config.get(key) for key in ("layer", "backward_layer")]
    one, other = (layer.get("config") if isinstance(layer, dict) else None for layer in layers)
    if not isinstance(one, dict) or not isinstance(other, dict):
        return
    if bool(one.get("go_backwards")) == bool(other.get("go_backwards")):
        text = "Forward layer and backward layer should have different `go_backwards` value."
        yield "ValueError", text, "backward_layer"
    for key in ("stateful", "return_sequences", "return_state"):
        if bool(one.get(key)) != bool(other.get(key)):
            text = f'Forward layer and backward layer are expected to have the same value for attribute "{key}", got '
            text = f'{text}"{one.get(key)}" for forward layer and "{other.get(key)}" for backward layer'
            yield "ValueError", text, "backward_layer"


def _fan(key: str, value: Any) -> Refusal | None:
    """How a VarianceScaling counts; releases since 2.7 list what they know."""
    inner = value.get("config") if isinstance(value, dict) and value.get("class_name") == "VarianceScaling" else None
    mode = inner.get("mode") if isinstance(inner, dict) else None
    if not isinstance(mode, str) or mode in {"fan_in", "fan_out", "fan_avg"}:
        return None
    return "ValueError", f"('Invalid `mode` argument:', {mode!r})", key


_BY_CLASS: dict[str, Callable[[tuple[int, int], str, Config], Iterator[Refusal | None]]] = {
    **dict.fromkeys(("Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"), _rate),
    **dict.fromkeys(("LSTM", "GRU", "SimpleRNN"), _units),
    **{f"ConvLSTM{rank}D": _unrolled for rank in (1, 2, 3)},
    **dict.fromkeys(("StringLookup", "IntegerLookup"), _lookup),
    **dict.fromkeys(("LocallyConnected1D", "LocallyConnected2D"), _local),
    "Bidirectional": _halves,
    "Embedding": _embedding,
    "RandomFlip": _flip,
    "Permute": _permute,
    "Hashing": _hashing,
    "ThresholdedReLU": _threshold,
    "UpSampling2D": _resized,
    "CategoryEncoding": _encoding,
}
