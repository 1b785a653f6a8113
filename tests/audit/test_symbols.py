"""What names of Python, Keras and TensorFlow can do: those of models compute, the others are said."""

import pytest

from inspector.audit.symbols import of_keras, of_module, of_tf_symbol


def risk(found):
    return found.risk.value if found is not None else None


@pytest.mark.parametrize(
    ("module", "name", "expected"),
    [
        ("keras.ops", "abs", None),
        ("keras.src.ops.numpy", "abs", None),
        ("keras.losses", "mean_squared_error", None),
        ("keras.api._v2.keras.losses", "mse", None),
        ("keras.src.backend.tensorflow.nn", "relu", None),
        ("keras.utils", "to_categorical", None),
        ("keras.losses", "deserialize", "medium"),
        ("keras.utils", "plot_model", "high"),
        ("keras.applications.vgg16", "VGG16", "high"),
        ("keras.datasets.mnist", "load_data", "high"),
        # three published ways around safe mode
        ("keras.saving", "load_model", "critical"),
        ("keras._tf_keras.keras.utils", "get_file", "critical"),
        ("keras.src.backend.common.global_state", "set_global_attribute", "critical"),
    ],
)
def test_functions_of_keras(module, name, expected):
    assert risk(of_keras(module, name)) == expected


@pytest.mark.parametrize(
    ("module", "name", "expected"),
    [
        ("os", "system", "critical"),
        ("distutils.spawn", "spawn", "critical"),
        ("builtins", "exec", "critical"),
        ("builtins", "my_loss", None),
        ("builtins", "abs", "low"),
        ("math", "sqrt", "medium"),
        ("torch", "load", "high"),
        ("numpy", "load", "high"),
        ("numpy", "abs", None),
        ("tensorflow.io", "write_file", "critical"),
        ("tensorflow.nn", "relu", None),
        ("tensorflow.python.ops.nn_ops", "relu", None),
        ("my_pkg.layers", "my_function", None),
    ],
)
def test_functions_of_other_modules(module, name, expected):
    assert risk(of_module(module, (name,), is_function=True)) == expected


def test_classes_of_other_modules():
    assert risk(of_module("subprocess", ("Popen",), is_function=False)) == "critical"
    assert risk(of_module("test", ("MyLayer",), is_function=False)) == "low"
    assert of_module("transformers.models", ("Bert",), is_function=False) is None
    assert of_module("torch.nn", ("Linear",), is_function=False) is None


@pytest.mark.parametrize(
    ("symbol", "expected"),
    [
        ("math.add", None),
        ("__operators__.getitem", None),
        ("compat.v1.nn.conv2d", None),
        ("cast", None),
        ("image.resize", None),
        ("io.decode_jpeg", None),
        ("keras.backend.sum", None),
        ("debugging.assert_equal", None),
        ("summary.scalar", "critical"),
        ("io.gfile.rmtree", "critical"),
        ("compat.v1.gfile.Remove", "critical"),
        ("load_op_library", "critical"),
        ("py_function", "critical"),
        ("saved_model.load", "critical"),
        ("keras.utils.get_file", "critical"),
        ("train.load_checkpoint", "high"),
        ("print", "high"),
        ("config.list_physical_devices", "medium"),
    ],
)
def test_symbols_of_tensorflow(symbol, expected):
    assert risk(of_tf_symbol(symbol)) == expected
