"""The optimizer's variables of a `.keras` file: by number, in the shapes of the model's."""

import pytest
from keras2_models import dense, raised, sequential, v3_weights, walk

from inspector.loaders.keras2.optimizer_state import optimizer_events
from inspector.terms.keras import Hdf5Dataset, Hdf5File, KerasModel

MODEL = sequential(dense(batch_input_shape=[None, 4]))
ADAM = {"module": "keras.optimizers", "class_name": "Adam", "config": {}, "registered_name": None}
SLOTS = {"0": (), "1": (4, 3), "2": (4, 3), "3": (3,), "4": (3,)}


def stored(shapes):
    paths = {f"/optimizer/vars/{name}": shape for name, shape in shapes.items()}
    datasets = {path: Hdf5Dataset(path, "float32", shape, 4) for path, shape in paths.items()}
    return Hdf5File((*v3_weights().groups, "/optimizer/vars"), {}, datasets)


@pytest.mark.parametrize(
    ("shapes", "expected"),
    [
        (SLOTS, None),
        ({**SLOTS, "4": (5,)}, "The variable shape (3,), and the assigned value shape (5,)"),
        ({("zz" if name == "2" else name): shape for name, shape in SLOTS.items()}, "object '2' doesn't exist"),
        ({**SLOTS, "5": (5,)}, None),  # another number of variables is a warning
    ],
)
def test_variables_of_the_optimizer(shapes, expected):
    model = KerasModel(MODEL, {"optimizer": ADAM}, "config.json", hdf5=stored(shapes), hdf5_member="model.weights.h5")
    found = raised(optimizer_events(walk("2.15.0"), model))
    assert (found is None) if expected is None else (expected in found[1])
    assert raised(optimizer_events(walk("2.12.0"), model)) is None
