"""The objects of serialized Keras configs, in both spellings."""

import pytest

from inspector.requirements.keras_objects import keras_objects, kind_of_key

DENSE3 = {
    "module": "keras.layers",
    "class_name": "Dense",
    "registered_name": None,
    "config": {
        "name": "d",
        "activation": "relu",
        "dtype": {
            "module": "keras",
            "class_name": "DTypePolicy",
            "config": {"name": "float32"},
            "registered_name": None,
        },
        "kernel_initializer": {"module": "keras.initializers", "class_name": "Zeros", "config": {}},
    },
}


def summary(config, **options):
    return [(found.kind, found.class_name, found.pointer) for found in keras_objects(config, **options)]


def test_keras_3_spelling():
    model = {"module": "keras", "class_name": "Sequential", "config": {"layers": [DENSE3]}}
    assert summary(model) == [
        ("model", "Sequential", ""),
        ("layer", "Dense", "/config/layers/0"),
        ("activation", "relu", "/config/layers/0/config/activation"),
        ("dtype_policy", "DTypePolicy", "/config/layers/0/config/dtype"),
        ("initializer", "Zeros", "/config/layers/0/config/kernel_initializer"),
    ]


def test_module_and_registered_name_are_kept():
    custom = {"module": "app", "class_name": "Mine", "config": {}, "registered_name": "app>Mine"}
    (found,) = keras_objects(custom, kind="layer")
    assert (found.module, found.registered_name, found.is_identifier) == ("app", "app>Mine", False)


def test_wrapped_layers_and_nested_models():
    wrapped = {"class_name": "TimeDistributed", "config": {"layer": {"class_name": "Dense", "config": {}}}}
    model = {"class_name": "Model", "config": {"layers": [{"class_name": "Model", "config": {"layers": [wrapped]}}]}}
    assert summary(model)[1:] == [
        ("model", "Model", "/config/layers/0"),
        ("layer", "TimeDistributed", "/config/layers/0/config/layers/0"),
        ("layer", "Dense", "/config/layers/0/config/layers/0/config/layer"),
    ]


@pytest.mark.parametrize("losses", ["mse", ["mse"], {"out": "mse"}])
def test_losses_of_a_compile_config(losses):
    compiled = {"optimizer": {"class_name": "Adam", "config": {"learning_rate": 0.1}}, "loss": losses}
    kinds = [(kind, name) for kind, name, _pointer in summary(compiled, kind="object")]
    assert kinds == [("optimizer", "Adam"), ("loss", "mse")]


@pytest.mark.parametrize(
    ("function", "pointer"),
    [
        (["4wEA", None, None], "/config/function"),
        ({"class_name": "__lambda__", "config": {"code": "4wEA"}}, "/config/function"),
    ],
)
def test_bytecode_of_a_lambda(function, pointer):
    layer = {"class_name": "Lambda", "config": {"function": function, "function_type": "lambda"}}
    assert [found.pointer for found in keras_objects(layer) if found.is_lambda] == [pointer]


def test_values_that_are_no_objects_are_walked_and_not_named():
    wrapped = {"class_name": "__tuple__", "config": {"items": [DENSE3]}}
    assert summary(wrapped)[0][1] == "Dense"
    assert summary({"class_name": "__tensor__", "config": {"value": [1.0], "dtype": "float32"}}) == []


def test_a_key_with_a_slash_is_escaped():
    assert summary({"a/b": {"class_name": "X", "config": {}}})[0][2] == "/a~1b"


def test_depth_is_limited():
    config = {"class_name": "X", "config": {}}
    for _ in range(500):
        config = {"class_name": "X", "config": {"layer": config}}
    assert 0 < len(summary(config)) < 200


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("kernel_initializer", "initializer"),
        ("recurrent_activation", "activation"),
        ("bias_constraint", "constraint"),
        ("forward_layer", "layer"),
        ("weighted_metrics", "metric"),
        ("units", "object"),
        ("metrics_note", "object"),
    ],
)
def test_kinds_by_key(key, kind):
    assert kind_of_key(key) == kind
