"""The walk over Keras configs: every container, every depth, the right places."""

import json

import pytest
from hostile.keras_cases import call_with, function, keras_h5, keras_zip, lambda_2, layer, sequential

import inspector
from inspector.audit import configs
from inspector.audit.configs import entries, tokens
from inspector.audit.evidence import Evidence
from inspector.audit.lambda_functions import stored_functions
from inspector.codec.protobuf import message_class

GADGET = function("os", "getcwd")


def found(path, name="function"):
    """Member and pointer of each entry of that class."""
    places = (entry.location for entry in entries(inspector.read(str(path))) if entry.class_name == name)
    return [(place.member, place.pointer) for place in places]


def saved_model(folder, nodes, *, old=False):
    """A SavedModel with Keras' metadata: in its own file, or (TensorFlow 2.4 and before) in the object graph."""
    model, metadata = message_class("tensorflow.SavedModel")(), message_class("keras.SavedMetadata")()
    graph = model.meta_graphs.add()
    graph.meta_info_def.tags.append("serve")
    for index, (path, text) in enumerate(nodes):
        user = graph.object_graph_def.nodes.add().user_object
        user.identifier = "_tf_keras_layer"
        if old:
            user.metadata = text
        else:
            metadata.nodes.add(node_id=index, node_path=path, identifier="_tf_keras_layer", metadata=text)
    (folder / "saved_model.pb").write_bytes(model.SerializeToString())
    if not old:
        (folder / "keras_metadata.pb").write_bytes(metadata.SerializeToString())
    return folder


def test_lists_wrappers_arguments_and_keys_with_slashes(tmp_path):
    deep = layer("TimeDistributed", {"layer": layer("My", {"a/b~c": [[{"x": GADGET}]]}, module="my_pkg")})
    deep["inbound_nodes"] = [{"args": [GADGET], "kwargs": {"mask": GADGET}}]
    assert found(keras_zip(tmp_path, sequential(deep))) == [
        ("config.json", "/config/layers/1/config/layer/config/a~1b~0c/0/0/x"),
        ("config.json", "/config/layers/1/inbound_nodes/0/args/0"),
        ("config.json", "/config/layers/1/inbound_nodes/0/kwargs/mask"),
    ]


def test_both_configs_of_an_h5(tmp_path):
    path = keras_h5(tmp_path, sequential(call_with(GADGET)), training={"loss": GADGET})
    assert found(path) == [
        ("model.h5", "model_config/config/layers/1/config/function"),
        ("model.h5", "training_config/loss"),
    ]


@pytest.mark.parametrize("old", [False, True])
def test_metadata_of_a_saved_model(tmp_path, old):
    folder = saved_model(tmp_path, [("root", "{}"), ("root.layer-1", json.dumps(lambda_2(_f)))], old=old)
    expected = ("saved_model.pb", "object_graph/1") if old else ("keras_metadata.pb", "root.layer-1")
    assert found(folder, "Lambda") == [expected]


def _f(x):
    return x


def test_a_function_in_the_tuple_of_a_saved_model_is_read_once(tmp_path):
    node = lambda_2(_f)
    node["config"]["function"] = {"class_name": "__tuple__", "items": node["config"]["function"]}
    model = {"class_name": "Sequential", "config": {"layers": [node]}}
    folder = saved_model(tmp_path, [("root", json.dumps(model)), ("root.layer-0", json.dumps(node))])
    (stored,) = stored_functions(Evidence(inspector.read(str(folder))))
    assert stored.location.pointer == "root/config/layers/0/config/function"
    assert stored.written.codes[0].name == "_f"


def test_a_bare_architecture_and_a_renamed_file(tmp_path):
    (tmp_path / "model.json").write_text(json.dumps(sequential(call_with(GADGET))))
    assert found(tmp_path / "model.json") == [("model.json", "/config/layers/1/config/function")]
    renamed = keras_zip(tmp_path, sequential(call_with(GADGET)), name="weights.bin")
    assert found(renamed) == [("config.json", "/config/layers/1/config/function")]


def test_nesting_as_deep_as_the_parser_lets_pass(tmp_path):
    depth = 180
    text = json.dumps(GADGET)
    for _ in range(depth):
        text = f'{{"class_name":"A","config":{text}}}'
    assert len(entries(inspector.read(str(keras_zip(tmp_path, text))))) == depth + 1


def test_too_many_objects_are_a_gap(tmp_path, monkeypatch):
    monkeypatch.setattr(configs, "ENTRY_LIMIT", 3)
    evidence = Evidence(inspector.read(str(keras_zip(tmp_path, sequential(*[layer("Dense", {})] * 9)))))
    assert len(evidence.configs) == 3
    assert [gap.location.pointer for gap in evidence.gaps] == ["/config/layers/2"]


def test_values_of_any_kind_are_taken(tmp_path):
    odd = {"class_name": "X", "config": [1, None, {"class_name": 3}], "module": 7, "registered_name": ["a"], "name": 1}
    report = inspector.inspect(str(keras_zip(tmp_path, sequential(odd))))
    assert not [gap for gap in report.gaps if "internal error" in gap.reason]


def test_tokens_wake_no_rule_for_an_ordinary_model(tmp_path):
    evidence = Evidence(inspector.read(str(keras_zip(tmp_path, sequential(layer("Dense", {"name": "d"}))))))
    assert {token for token in tokens(evidence) if not token.startswith("class:")} == set()
