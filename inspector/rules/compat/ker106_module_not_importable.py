"""The module that the config names is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity
from inspector.terms.runtime import KerasFlavour

if TYPE_CHECKING:
    from inspector.rules.case import Case

# The packages that modules of Keras are in.
_KERAS = ("keras", "tf_keras", "tensorflow")
_FAMILIES = ("layers", "losses", "metrics", "optimizers", "initializers", "regularizers", "constraints", "models")


def advise(case: Case) -> str:
    """Modules of Keras come with its releases; a module of the user's own comes with the class."""
    module = case.detail("module")
    if module.partition(".")[0] in _KERAS:
        return case.install or f"install the Keras that has {module}: 2.13 to 2.15 keras.src.engine, 3 keras.src.models"
    # Keras 2 makes the class the problem's subject, Keras 3 the module.
    name = str(case.problem.details.get("class", case.subject))
    passed = f"pass custom_objects={{'{name}': {name}}} from {module} (`inspect stubs {case.file}` writes a skeleton)"
    home = _home(case, name)
    if home:
        return f"{case.undo(f'put {home} in place of {module} at {case.place}')}; if it is a class of yours, {passed}"
    return f"{case.install}, and there {passed}" if _older_keras(case) else passed


def _home(case: Case, name: str) -> str:
    """The public module of a class of Keras: such a class is stored without `registered_name`, and no object helps."""
    facts = case.writer.facts
    homes = (f"keras.{family}" for family in _FAMILIES)
    return next((home for home in homes if facts is not None and facts.exported(f"{home}.{name}")), "")


def _older_keras(case: Case) -> bool:
    """Whether Keras 3 reads a file of Keras 2, which has more that it does not take (an RNN's `time_major`)."""
    return case.runtime.keras_flavour is KerasFlavour.KERAS3 and bool(case.install) and not case.writer.is_keras3


RULE = Rule(
    code="KER106",
    name="module-not-importable",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="{subject} should come from {module}, which {runtime} does not have",
    fix=(
        "load with the Keras that wrote the model; a .keras file of Keras 2 opens with tf_keras and "
        "TF_USE_LEGACY_KERAS=1"
    ),
    what=(
        "Every object in a .keras file says which module it comes from, and this one cannot be imported or "
        "may not be used."
    ),
    why=(
        "Internal modules moved between releases: functional models of Keras 2.13 to 2.15 name "
        "keras.src.engine.functional, which Keras 3 does not have."
    ),
    example="a functional .keras of Keras 2.15 in Keras 3",
    references=("https://keras.io/api/models/model_saving_apis/model_saving_and_loading/",),
    advise=advise,
)
