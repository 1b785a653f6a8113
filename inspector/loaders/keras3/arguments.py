"""Checks of constructors for several arguments at once, or for a range: windows, rates, factors, words of a choice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.loaders.keras3.inputs import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from inspector.loaders.keras_common.session import Session
    from inspector.runtime.facts import ClassFacts

_FORMATS = ("channels_first", "channels_last")
_RELEASE_OF_FACTORS = (3, 8)
# `_FACTOR_BOUNDS` of the layers that take their factor by `BaseImagePreprocessingLayer._set_factor`.
_BOUNDS = {
    **dict.fromkeys(
        (
            "AugMix", "CutMix", "RandAugment", "RandomContrast", "RandomElasticTransform", "RandomErasing",
            "RandomGaussianBlur", "RandomHue", "RandomInvert", "RandomPerspective", "RandomSharpness",
        ),
        (0, 1),
    ),
    **dict.fromkeys(("RandomBrightness", "RandomColorDegeneration", "RandomSaturation"), (-1, 1)),
    "RandomPosterization": (1, 8),
}  # fmt: skip
_SHOULD = "should be a number (or a list of two numbers) in the range"
# Layers with factors of their own names, each number of which is checked alone: (keys, bounds, sentence).
_NAMED_FACTORS: dict[str, tuple[tuple[str, ...], tuple[float, float], str]] = {
    "RandomShear": (("x_factor", "y_factor"), (0, 1), f"The `factor` argument {_SHOULD} [0, 1.0]."),
    "RandomZoom": (
        ("height_factor", "width_factor"),
        (-1, 1),
        f"The `height_factor` and `width_factor` arguments {_SHOULD} (-1.0, 1.0].",
    ),
    "RandomTranslation": (
        ("height_factor", "width_factor"),
        (-1, 1),
        f"The `factor` argument {_SHOULD} [-1.0, 1.0].",
    ),
    "Solarization": (
        ("addition_factor", "threshold_factor"),
        (0, 1),
        f"The `addition_factor` and `threshold_factor` arguments {_SHOULD} [0, 1].",
    ),
}
_RATES = frozenset(
    {"Dropout", "GaussianDropout", "AlphaDropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"}
)


def refused_arguments(session: Session, cls: ClassFacts, config: Mapping[str, Any]) -> Refused | None:
    """What the constructor raises; None where it takes the values, or they are of a type that is not followed."""
    check = _CHECKS.get(cls.name)
    if check is None:
        return None
    try:
        return check(session, cls, config)
    except TypeError:
        return None


def _tuple_of(config: Mapping[str, Any], key: str, count: int, default: Any = 1) -> Refused | None:
    """`argument_validation.standardize_tuple`."""
    value = config.get(key, default)
    text = f"The `{key}` argument must be a tuple of {count} integers. Received {key}={value}"
    if isinstance(value, str | float) or value is None:
        return None
    sizes = [value] * count if isinstance(value, int) else list(value)
    if len(sizes) != count:
        return Refused(key, "ValueError", text)
    few = {size for size in sizes if size <= 0}
    if few:
        return Refused(key, "ValueError", f"{text}, including values {few} that do not satisfy `value > 0`")
    return None


def _padding(config: Mapping[str, Any], *, causal: bool) -> Refused | None:
    """`argument_validation.standardize_padding`."""
    value = config.get("padding", "valid")
    words = {"valid", "same", "causal"} if causal else {"valid", "same"}
    if not isinstance(value, str) or value.lower() in words:
        return None
    text = f"The `padding` argument must be a list/tuple or one of {words}. Received: {value.lower()}"
    return Refused("padding", "ValueError", text)


def _data_format(config: Mapping[str, Any]) -> Refused | None:
    """`backend.standardize_data_format`."""
    value = config.get("data_format")
    if value is None or str(value).lower() in _FORMATS:
        return None
    text = (
        "The `data_format` argument must be one of {'channels_first', 'channels_last'}. Received: "
        f"data_format={str(value).lower()}"
    )
    return Refused("data_format", "ValueError", text)


def _groups(config: Mapping[str, Any]) -> Refused | None:
    groups, filters = config.get("groups", 1), config.get("filters")
    if groups <= 0:
        text = f"The number of groups must be a positive integer. Received: groups={groups}."
        return Refused("groups", "ValueError", text)
    if filters is None or filters <= 0 or filters % groups == 0:
        return None
    text = (
        "The number of filters must be evenly divisible by the number of groups. Received: "
        f"groups={groups}, filters={filters}."
    )
    return Refused("groups", "ValueError", text)


def _strided(config: Mapping[str, Any], rank: int) -> Refused | None:
    """A convolution either strides or dilates."""
    strides, dilation = (
        (value,) * rank if isinstance(value, int) else tuple(value)
        for value in (config.get("strides", 1), config.get("dilation_rate", 1))
    )
    if max(strides) <= 1 or max(dilation) <= 1:
        return None
    text = (
        "`strides > 1` not supported in conjunction with `dilation_rate > 1`. Received: "
        f"strides={strides} and dilation_rate={dilation}"
    )
    return Refused("strides", "ValueError", text)


def _convolution(rank: int, *, plain: bool) -> Callable[[Session, ClassFacts, Mapping[str, Any]], Refused | None]:
    """The order is that of `BaseConv.__init__`; transposed ones and others have no groups."""

    def check(_session: Session, _cls: ClassFacts, config: Mapping[str, Any]) -> Refused | None:
        return (
            _tuple_of(config, "kernel_size", rank)
            or _tuple_of(config, "strides", rank)
            or _tuple_of(config, "dilation_rate", rank)
            or _padding(config, causal=plain and rank == 1)
            or _data_format(config)
            or (_groups(config) if plain else None)
            or _strided(config, rank)
        )

    return check


def _pooling(rank: int) -> Callable[[Session, ClassFacts, Mapping[str, Any]], Refused | None]:
    def check(_session: Session, _cls: ClassFacts, config: Mapping[str, Any]) -> Refused | None:
        strides = None if config.get("strides") is None else _tuple_of(config, "strides", rank)
        return (
            _tuple_of(config, "pool_size", rank, 2) or strides or _padding(config, causal=False) or _data_format(config)
        )

    return check


def _rate(key: str) -> Callable[[Session, ClassFacts, Mapping[str, Any]], Refused | None]:
    def check(_session: Session, _cls: ClassFacts, config: Mapping[str, Any]) -> Refused | None:
        value = config.get(key, 0)
        if 0 <= value <= 1:
            return None
        text = (
            f"Invalid value received for argument `{key}`. Expected a float value between 0 and 1. Received: "
            f"{key}={value}"
        )
        return Refused(key, "ValueError", text)

    return check


def _factor(session: Session, cls: ClassFacts, config: Mapping[str, Any]) -> Refused | None:
    """A number, or two, of which only one bound each is checked."""
    low, high = _BOUNDS[cls.name]
    factor = config.get("factor")
    if session.release < _RELEASE_OF_FACTORS or factor is None or isinstance(factor, str | dict):
        return None
    pair = isinstance(factor, list | tuple)
    if pair and len(factor) == 2 and factor[0] <= high and factor[1] >= low:  # noqa: PLR2004 - a range
        return None
    if not pair and low <= factor <= high:
        return None
    text = (
        f"The `factor` argument should be a number (or a list of two numbers) in the range [{low}, {high}]. "
        f"Received: factor={factor}"
    )
    return Refused("factor", "ValueError", text)


def _named_factors(session: Session, cls: ClassFacts, config: Mapping[str, Any]) -> Refused | None:
    """RandomShear stores -0.2 and 0.2 for a factor of 0.2, and does not take the first back."""
    keys, (low, high), sentence = _NAMED_FACTORS[cls.name]
    if session.release < _RELEASE_OF_FACTORS:
        return None
    for key in keys:
        factor = config.get(key)
        for number in factor if isinstance(factor, list | tuple) else [factor]:
            # A zoom by -1 would leave nothing: that bound alone is not taken.
            lowest = cls.name == "RandomZoom" and number == low
            if number is not None and (lowest or not low <= number <= high):
                return Refused(key, "ValueError", f"{sentence} Received: input_number={number}")
    return None


def _relu(_session: Session, _cls: ClassFacts, config: Mapping[str, Any]) -> Refused | None:
    top = config.get("max_value")
    if top is not None and top < 0:
        text = f"max_value of a ReLU layer cannot be a negative value. Received: max_value={top}"
        return Refused("max_value", "ValueError", text)
    for key in ("negative_slope", "threshold"):
        value = config.get(key, 0.0)
        if value is None or value < 0:
            text = f"{key} of a ReLU layer cannot be None or a negative value. Received: {key}={value}"
            return Refused(key, "ValueError", text)
    return None


def _bins(_session: Session, _cls: ClassFacts, config: Mapping[str, Any]) -> Refused | None:
    number, mode = config.get("num_bins"), config.get("output_mode", "int")
    if number is None or number <= 0:
        text = f"The `num_bins` for `Hashing` cannot be `None` or non-positive values. Received: num_bins={number}."
        return Refused("num_bins", "ValueError", text)
    modes = ("int", "one_hot", "multi_hot", "count")
    if isinstance(mode, str) and mode not in modes:
        text = f"Invalid value for argument `output_mode`. Expected one of {modes}. Received: output_mode={mode}"
        return Refused("output_mode", "ValueError", text)
    if config.get("sparse") and mode == "int":
        text = (
            '`sparse` may only be true if `output_mode` is `"one_hot"`, `"multi_hot"`, or `"count"`. Received: '
            f"sparse={config['sparse']} and output_mode={mode}"
        )
        return Refused("sparse", "ValueError", text)
    return None


def _categories(_session: Session, _cls: ClassFacts, config: Mapping[str, Any]) -> Refused | None:
    mode, number = config.get("output_mode", "multi_hot"), config.get("num_tokens")
    mode = {"binary": "multi_hot"}.get(str(mode), mode)
    if mode not in ("count", "one_hot", "multi_hot"):
        return Refused("output_mode", "ValueError", f"Unknown arg for output_mode: {mode}")
    if number is not None and number < 1:
        text = f"`num_tokens` must be >= 1. Received: num_tokens={number}."
        return Refused("num_tokens", "ValueError", text)
    return None


def _vocabulary(_session: Session, cls: ClassFacts, config: Mapping[str, Any]) -> Refused | None:
    """`IndexLookup.__init__`, in its order."""
    most, mode = config.get("max_tokens"), config.get("output_mode", "int")
    if most is not None and most <= 1:
        text = f"If set, `max_tokens` must be greater than 1. Received: max_tokens={most}"
        return Refused("max_tokens", "ValueError", text)
    if config.get("pad_to_max_tokens") and most is None:
        text = f"If pad_to_max_tokens is True, must set `max_tokens`. Received: max_tokens={most}"
        return Refused("pad_to_max_tokens", "ValueError", text)
    strange = config.get("num_oov_indices", 1)
    if cls.name != "TextVectorization" and strange is not None and strange < 0:
        text = f"`num_oov_indices` must be greater than or equal to 0. Received: num_oov_indices={strange}"
        return Refused("num_oov_indices", "ValueError", text)
    if config.get("invert") and mode != "int":
        text = f"`output_mode` must be `'int'` when `invert` is true. Received: output_mode={mode}"
        return Refused("output_mode", "ValueError", text)
    if cls.name != "TextVectorization" and config.get("sparse") and mode == "int":
        text = (
            "`sparse` may only be true if `output_mode` is `'one_hot'`, `'multi_hot'`, `'count'` or `'tf_idf'`. "
            f"Received: sparse={config['sparse']} and output_mode={mode}"
        )
        return Refused("sparse", "ValueError", text)
    return None


def _text(session: Session, cls: ClassFacts, config: Mapping[str, Any]) -> Refused | None:
    """`TextVectorization.__init__`, whose StringLookup comes last."""
    mode, length = config.get("output_mode", "int"), config.get("output_sequence_length")
    if mode != "int" and length is not None:
        text = (
            "`output_sequence_length` must not be set if `output_mode` is not 'int'. Received "
            f"output_sequence_length={length}."
        )
        return Refused("output_sequence_length", "ValueError", text)
    # A tuple is a list in the JSON of an archive; `from_config` makes it one again since 3.1.
    ngrams = config.get("ngrams")
    if isinstance(ngrams, list) and session.path == "v3" and session.release < (3, 1):
        text = f"`ngrams` must be None, an integer, or a tuple of integers. Received: ngrams={ngrams}"
        return Refused("ngrams", "ValueError", text)
    if config.get("ragged") and mode != "int":
        text = (
            f"`ragged` must not be true if `output_mode` is `'int'`. Received: ragged={config['ragged']} and "
            f"output_mode={mode}"
        )
        return Refused("ragged", "ValueError", text)
    return _vocabulary(session, cls, config)


def _halves(_session: Session, _cls: ClassFacts, config: Mapping[str, Any]) -> Refused | None:
    """The halves of a Bidirectional: one goes backwards, in all else they are alike (`_verify_layer_config`)."""
    forward, backward = (
        one.get("config") if isinstance(one, dict) else None
        for one in (config.get("layer"), config.get("backward_layer"))
    )
    if not isinstance(forward, dict) or not isinstance(backward, dict):
        return None
    ways = [bool(half.get("go_backwards")) for half in (forward, backward)]
    if ways[0] == ways[1]:
        text = (
            "Forward layer and backward layer should have different `go_backwards` value: forward_layer.go_backwards = "
            f"{ways[0]}, backward_layer.go_backwards={ways[1]}"
        )
        return Refused("backward_layer", "ValueError", text)
    for key in ("stateful", "return_sequences", "return_state"):
        if forward.get(key, False) != backward.get(key, False):
            text = (
                "Forward layer and backward layer are expected to have the same value for attribute "
                f'"{key}", got "{forward.get(key)}" for forward layer and "{backward.get(key)}" for backward layer'
            )
            return Refused("backward_layer", "ValueError", text)
    return None


def _permutation(_session: Session, _cls: ClassFacts, config: Mapping[str, Any]) -> Refused | None:
    dims = tuple(config.get("dims") or ())
    if sorted(dims) == list(range(1, len(dims) + 1)):
        return None
    text = (
        "Invalid permutation argument `dims` for Permute Layer. The set of indices in `dims` must be consecutive and "
        f"start from 1. Received dims={dims}"
    )
    return Refused("dims", "ValueError", text)


def _formatted(_session: Session, _cls: ClassFacts, config: Mapping[str, Any]) -> Refused | None:
    return _data_format(config)


def _upsampling(_session: Session, _cls: ClassFacts, config: Mapping[str, Any]) -> Refused | None:
    return _tuple_of(config, "size", 2, 2) or _data_format(config)


_CHECKS: dict[str, Callable[[Session, ClassFacts, Mapping[str, Any]], Refused | None]] = {
    **{f"Conv{rank}D": _convolution(rank, plain=True) for rank in (1, 2, 3)},
    **{f"Conv{rank}DTranspose": _convolution(rank, plain=False) for rank in (1, 2, 3)},
    **{f"SeparableConv{rank}D": _convolution(rank, plain=False) for rank in (1, 2)},
    **{f"DepthwiseConv{rank}D": _convolution(rank, plain=False) for rank in (1, 2)},
    **{f"{kind}Pooling{rank}D": _pooling(rank) for kind in ("Max", "Average") for rank in (1, 2, 3)},
    **dict.fromkeys(_RATES, _rate("rate")),
    "GaussianNoise": _rate("stddev"),
    **dict.fromkeys(_BOUNDS, _factor),
    **dict.fromkeys(_NAMED_FACTORS, _named_factors),
    **dict.fromkeys(("StringLookup", "IntegerLookup"), _vocabulary),
    "TextVectorization": _text,
    **{f"Global{kind}Pooling{rank}D": _formatted for kind in ("Max", "Average") for rank in (1, 2, 3)},
    **{f"{kind}{rank}D": _formatted for kind in ("ZeroPadding", "Cropping") for rank in (2, 3)},
    "Bidirectional": _halves,
    "Flatten": _formatted,
    "Hashing": _bins,
    "CategoryEncoding": _categories,
    "Permute": _permutation,
    "ReLU": _relu,
    "UpSampling2D": _upsampling,
}
