def _dense(keras):
    return keras.public.layers.Dense(2)


def _lstm_cell(keras):
    return keras.public.layers.LSTMCell(2)


def _sequential(keras):
    return keras.public.Sequential([keras.public.layers.Dense(2, input_shape=(4,))])


def _sgd(keras):
    return keras.public.optimizers.SGD()


ARGUMENTS = {  # class -> constructor arguments of a small instance; a callable is given the Keras
    "ActivityRegularization": {"l1": 0.01},
    "Attention": {},
    "Bidirectional": {"layer": lambda k: k.public.layers.LSTM(2)},
    "CategoryEncoding": {"num_tokens": 4},
    "CenterCrop": {"height": 2, "width": 2},
    "Conv1D": {"filters": 2, "kernel_size": 3},
    "CosineDecay": {"initial_learning_rate": 0.1, "decay_steps": 10},
    "CosineDecayRestarts": {"initial_learning_rate": 0.1, "first_decay_steps": 10},
    "Cropping1D": {},
    "Discretization": {"bin_boundaries": [0.0, 1.0]},
    "Dot": {"axes": 1},
    "EinsumDense": {"equation": "ab,bc->ac", "output_shape": 2},
    "Embedding": {"input_dim": 4, "output_dim": 2},
    "ExponentialDecay": {"initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.9},
    "GroupQueryAttention": {"head_dim": 2, "num_query_heads": 2, "num_key_value_heads": 2},
    "HashedCrossing": {"num_bins": 4},
    "Hashing": {"num_bins": 4},
    "InputLayer": {"input_shape": (4,)},
    "IntegerLookup": {},
    "InverseTimeDecay": {"initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.9},
    "LossScaleOptimizer": {"inner_optimizer": _sgd},
    "LossScaleOptimizerV3": {"inner_optimizer": _sgd},
    "MeanIoU": {"num_classes": 2},
    "IoU": {"num_classes": 2, "target_class_ids": [0]},
    "OneHotIoU": {"num_classes": 2, "target_class_ids": [0]},
    "OneHotMeanIoU": {"num_classes": 2},
    "MeanMetricWrapper": {"fn": lambda k: k.public.losses.mean_squared_error},
    "SumOverBatchSizeMetricWrapper": {"fn": lambda k: k.public.losses.mean_squared_error},
    "LossFunctionWrapper": {"fn": lambda k: k.public.losses.mean_squared_error},
    "MeanRelativeError": {"normalizer": [1.0]},
    "MelSpectrogram": {},
    "MultiHeadAttention": {"num_heads": 2, "key_dim": 2},
    "Permute": {"dims": (2, 1)},
    "PiecewiseConstantDecay": {"boundaries": [1, 2], "values": [0.1, 0.2, 0.3]},
    "PolynomialDecay": {"initial_learning_rate": 0.1, "decay_steps": 10},
    "PrecisionAtRecall": {"recall": 0.5},
    "RNN": {"cell": _lstm_cell},
    "RandomCrop": {"height": 2, "width": 2},
    "RecallAtPrecision": {"precision": 0.5},
    "RepeatVector": {"n": 2},
    "Rescaling": {"scale": 0.5},
    "Reshape": {"target_shape": (2, 2)},
    "Resizing": {"height": 2, "width": 2},
    "SensitivityAtSpecificity": {"specificity": 0.5},
    "SpecificityAtSensitivity": {"sensitivity": 0.5},
    "SpectralNormalization": {"layer": _dense},
    "StackedRNNCells": {"cells": lambda k: [k.public.layers.LSTMCell(2)]},
    "StringLookup": {},
    "TimeDistributed": {"layer": _dense},
    "Wrapper": {"layer": _dense},
    "Pipeline": {"layers": lambda k: [k.public.layers.Rescaling(0.5)]},
    "Policy": {"name": "float32"},
    "PolicyV1": {"name": "float32"},
    "DTypePolicy": {"name": "float32"},
    "FloatDTypePolicy": {"name": "float32"},
    "QuantizedDTypePolicy": {"mode": "int8", "source_name": "float32"},
    "QuantizedFloat8DTypePolicy": {"mode": "float8", "source_name": "float32"},
    "Sequential": {"layers": lambda k: [k.public.layers.InputLayer(input_shape=(4,)), k.public.layers.Dense(2)]},
    "TFSMLayer": None, "JaxLayer": None, "FlaxLayer": None, "TorchModuleWrapper": None, "Functional": None,
    "Model": None, "KerasLayer": None, "SharpnessAwareMinimization": {"model": _sequential},
    "Lambda": {"function": lambda k: k.public.activations.relu},
    "SeedGenerator": {"seed": 1},
    "UpSampling2D": {}, "TextVectorization": {}, "Normalization": {},
    "Embedding_": None, "AggregatePooling": None,
    "RandomRotation": {"factor": 0.1}, "RandomZoom": {"height_factor": 0.1}, "RandomHeight": {"factor": 0.1},
    "RandomWidth": {"factor": 0.1}, "RandomContrast": {"factor": 0.1}, "RandomBrightness": {"factor": 0.1},
    "RandomTranslation": {"height_factor": 0.1, "width_factor": 0.1}, "RandomFlip": {},
    "GaussianNoise": {"stddev": 0.1}, "GaussianDropout": {"rate": 0.1}, "AlphaDropout": {"rate": 0.1},
    "Dropout": {"rate": 0.1}, "SpatialDropout1D": {"rate": 0.1}, "SpatialDropout2D": {"rate": 0.1},
    "SpatialDropout3D": {"rate": 0.1}, "Activation": {"activation": "relu"},
    "AdaptiveAveragePooling1D": {"output_size": 2}, "AdaptiveAveragePooling2D": {"output_size": 2},
    "AdaptiveAveragePooling3D": {"output_size": 2}, "AdaptiveMaxPooling1D": {"output_size": 2},
    "AdaptiveMaxPooling2D": {"output_size": 2}, "AdaptiveMaxPooling3D": {"output_size": 2},
}
LADDER = ({}, {0: 2}, {0: 2, 1: 3}, {0: 0.1}, {0: 0.1, 1: 2}, {0: (1,)}, {0: 2, 1: 2, 2: 2}, {0: "float32"}, {0: 0.1, 1: 10, 2: 0.9})
KIND_LADDER = {"model": (), "other": (), "operation": ({},)}
VARIANTS = (  # further arguments that a class may take: what artifacts commonly carry
    {"activation": "relu"}, {"kernel_regularizer": "l2", "bias_regularizer": "l1", "activity_regularizer": "l1_l2"},
    {"kernel_constraint": "max_norm", "bias_constraint": "non_neg"}, {"kernel_initializer": "he_normal"},
    {"gamma_initializer": "random_normal"}, {"embeddings_initializer": "random_uniform"},
    {"input_shape": (4,)}, {"dtype": "float16"}, {"return_sequences": True}, {"data_format": "channels_first"},
    {"data_format": "channels_last"}, {"padding": "same"}, {"seed": 1}, {"output_mode": "int"}, {"clipnorm": 1.0},
    {"learning_rate": lambda k: k.public.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9)},
    {"reduction": "sum"}, {"mask_zero": True}, {"vocabulary": ["a", "b"]}, {"max_value": 6.0}, {"momentum": 0.9},
    {"cell": lambda k: [k.public.layers.GRUCell(2)]}, {"alpha": 0.3}, {"negative_slope": 0.3},
    {"num_oov_indices": 2}, {"use_bias": False}, {"dropout": 0.1}, {"nesterov": True}, {"amsgrad": True},
    {"dtype": lambda k: policy(k, "mixed_float16")}, {"dtype": lambda k: policy(k, "float32")},
    {"axis": -1}, {"axis": [1]}, {"axis": None}, {"interpolation": "nearest"}, {"standardize": None}, {"ngrams": 2},
    {"weight_decay": 0.01}, {"max_tokens": 10}, {"strides": 2}, {"merge_mode": "sum"}, {"stateful": True},
    {"score_mode": "concat"}, {"use_scale": True}, {"causal": True}, {"fn": None}, {"global_clipnorm": 1.0},
    {"thresholds": 0.5}, {"thresholds": [0.5, 0.6]}, {"sparse": True}, {"ragged": True}, {"return_state": True},
    {"time_major": True}, {"unroll": True}, {"implementation": 1}, {"input_length": 4}, {"renorm": True},
)


def policy(keras, name):
    """A dtype policy object under any of the names that the class has had."""
    for space in ("DTypePolicy", "mixed_precision.Policy", "mixed_precision.experimental.Policy"):
        cls = keras.space(space)
        if cls is not None:
            return cls(name)
    raise ValueError(name)


def instance(keras, record, extra=None):
    """A small instance of a class, or None where no arguments of ours construct one."""
    cls = record["_object"]
    table = ARGUMENTS.get(record["name"], ())
    if table is None:
        return None
    attempts = list(KIND_LADDER.get(record["kind"], LADDER))
    if table != ():
        attempts.insert(0, table)
    if "_arguments" in record:
        attempts = [record["_arguments"]]
    for attempt in attempts:
        try:
            made = _construct(keras, cls, attempt, extra)
        except Exception:
            continue
        record.setdefault("_arguments", attempt)
        return made
    return None


def _construct(keras, cls, arguments, extra):
    keras.fresh()
    values = {a: v(keras) if callable(v) else v for a, v in list(arguments.items()) + list((extra or {}).items())}
    positional = [values.pop(i) for i in range(len(values)) if i in values]
    return cls(*positional, **values)


def variants(keras, record):
    """Instances with one common argument more."""
    known = set(record["parameters"])
    for extra in VARIANTS:
        chosen = {
            a: v for a, v in extra.items()
            if a in known or (record["kind"] == "layer" and a in ("input_shape", "dtype"))
        }
        if chosen:
            made = instance(keras, record, chosen)
            if made is not None:
                yield made


def stored_legacy(keras, obj):
    """The config as `.h5` and architecture JSON store it: plain JSON {class_name, config}."""
    with legacy_scope(keras):
        if keras.is_keras3:
            found = keras.legacy.serialize_keras_object(obj)
        else:
            found = {"class_name": registered_name(keras, type(obj)), "config": obj.get_config()}
        return keras.encode(found)


def stored_v3(keras, obj):
    """The object as `config.json` of a `.keras` stores it; None where this release has no such file."""
    if keras.lib is None:
        return None
    return json.loads(json.dumps(keras.lib.serialize_keras_object(obj)))


class legacy_scope(object):
    """What the `.h5` path switches on while it reads and writes (Keras 3 only)."""

    def __init__(self, keras):
        options = keras.options
        self.scope = options.keras_option_scope(use_legacy_config=True) if options else None

    def __enter__(self):
        if self.scope:
            self.scope.__enter__()

    def __exit__(self, *args):
        if self.scope:
            self.scope.__exit__(*args)
