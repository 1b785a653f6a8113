"""Functional models: calls that wait for each other, single outputs, nested models."""

# ruff: noqa: E501 - a case of a table stands on one line
import pytest
from keras3_models import dense, h5, inputs, keras_zip, layer, raised, sequential


def node(*sources):
    args = [
        {
            "class_name": "__keras_tensor__",
            "config": {"shape": [None, 4], "dtype": "float32", "keras_history": [s, 0, 0]},
        }
        for s in sources
    ]
    return {"args": args, "kwargs": {}}


def in_graph(stored, *nodes):
    return {**stored, "name": stored["config"]["name"], "inbound_nodes": list(nodes)}


def functional(*layers, outputs, module="keras.src.models.functional", flat=False):
    first, last = layers[0]["name"], outputs
    ends = ([first, 0, 0], [last, 0, 0]) if flat else ([[first, 0, 0]], [[last, 0, 0]])
    config = {
        "name": "net",
        "trainable": True,
        "layers": list(layers),
        "input_layers": ends[0],
        "output_layers": ends[1],
    }
    return {"module": module, "class_name": "Functional", "config": config, "registered_name": "Functional"}


X = in_graph(inputs(4))
SOUND = functional(X, in_graph(dense("d1", 3), node("x")), in_graph(dense("d2", 1), node("d1")), outputs="d2")
WEIGHTS = {"/layers/dense/vars/0": (4, 3), "/layers/dense/vars/1": (3,), "/layers/dense_1/vars/0": (3, 1), "/layers/dense_1/vars/1": (1,)}  # fmt: skip


@pytest.mark.parametrize("release", ["3.3.3", "3.8.0", "3.15.1"])
def test_a_sound_graph_loads(release):
    assert raised(keras_zip(SOUND, WEIGHTS), release) is None


def test_the_module_of_keras_2_is_gone():
    old = {**SOUND, "module": "keras.src.engine.functional"}
    text = "Could not deserialize class 'Functional' because its parent module keras.src.engine.functional cannot be"
    assert raised(keras_zip(old), "3.8.0")[1].startswith(text)


@pytest.mark.parametrize(
    ("release", "kind"),
    [
        ("3.3.3", "timeout"),
        ("3.12.0", "timeout"),
        ("3.12.4", "ValueError"),
        ("3.13.2", "timeout"),
        ("3.14.1", "ValueError"),
        ("3.15.1", "ValueError"),
    ],
)
def test_calls_counted_from_one_wait_for_ever_where_nothing_guards(release, kind):
    inner = {"class_name": "Sequential", "config": {"name": "inner", "layers": [inputs(4, name="i"), dense("d", 4)]}}
    inner = {**inner, "name": "inner", "inbound_nodes": [[["x", 0, 0, {}]]]}
    last = {**dense("d2", 1), "name": "d2", "inbound_nodes": [[["inner", 1, 0, {}]]]}
    first = {**inputs(4), "name": "x", "inbound_nodes": []}
    assert raised(h5(functional(first, inner, last, outputs="d2")), release)[0] == kind


def test_single_ends_outside_a_list_are_read_since_3_4():
    flat = functional(X, in_graph(dense("d1", 3), node("x")), outputs="d1", flat=True)
    assert raised(keras_zip(flat, {"/layers/dense/vars/0": (4, 3), "/layers/dense/vars/1": (3,)}), "3.4.1") is None
    text = "functional_from_config.<locals>.get_tensor() missing 2 required positional arguments: 'node_index' and"
    assert text in raised(keras_zip(flat), "3.3.3")[1]


@pytest.mark.parametrize(("release", "fails"), [("3.3.3", False), ("3.4.1", True), ("3.8.0", False), ("3.15.1", True)])
def test_a_nested_models_output_stays_in_its_list(release, fails):
    inner = functional(X, in_graph(dense("d1", 3), node("x")), outputs="d1")
    model = sequential(inputs(4, name="in"), inner, dense("d2", 1))
    datasets = {f"/layers/functional/{path[1:]}": shape for path, shape in list(WEIGHTS.items())[:2]}
    datasets |= {"/layers/dense/vars/0": (3, 1), "/layers/dense/vars/1": (1,)}
    found = raised(keras_zip(model, datasets), release)
    assert (found is not None) is fails


def test_operations_that_share_a_layers_name_are_called_as_layers():
    add = {"class_name": "Add", "config": {"name": "add"}, "name": "add"}
    two = {**add, "inbound_nodes": [node("x", "x")]}
    assert raised(h5(functional(X, two, outputs="add")))[1] == "too many positional arguments"
    constant = {**add, "inbound_nodes": [{"args": [*node("x")["args"], 1.0], "kwargs": {}}]}
    assert raised(h5(functional(X, constant, outputs="add")))[1].startswith(
        "Only input tensors may be passed as positional"
    )


def test_a_table_that_nothing_fills_fails_when_called():
    lookup = layer("StringLookup", {"name": "s", "vocabulary": None, "vocabulary_size": 3})
    found = raised(h5(sequential(inputs(1), lookup)), loader="model.predict")
    assert found[0] == "FailedPreconditionError"
    assert "Table not initialized" in found[1]


def test_a_sequential_is_built_as_it_grows():
    narrow = layer("MaxPooling2D", {"name": "p", "pool_size": [2, 2], "strides": [2, 2], "padding": "valid"})
    unknown = {**layer("Gone", {"name": "g"}), "module": "gone", "registered_name": "Gone"}
    _, text = raised(keras_zip(sequential(inputs(4), narrow, unknown)), "3.8.0")
    assert "expected ndim=4, found ndim=2" in text
    assert "Gone" in raised(keras_zip(sequential(narrow, unknown)), "3.8.0")[1]
