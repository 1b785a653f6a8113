"""Which Keras answers `tf.keras` and `keras.models.load_model` in an environment.

Read from `tensorflow/__init__.py` and `tensorflow/python/util/lazy_loader.py` of the releases 1.15 to 2.21:
- up to 2.5 TensorFlow carries its own Keras (`tensorflow.python.keras`);
- 2.6 to 2.14 load `keras.api._v2.keras`, which only the `keras` distribution 2.x has;
- from 2.15 on `KerasLazyLoader` decides: `tf_keras` where TF_USE_LEGACY_KERAS is set (an ImportError where that is not
  installed, never another Keras instead), else `keras`, whichever major version is installed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.runtime.distributions import is_final, public, release
from inspector.runtime.releases import releases
from inspector.terms.record import record
from inspector.terms.runtime import KerasFlavour

if TYPE_CHECKING:
    from collections.abc import Mapping

# The values that TensorFlow compares with, literally: `TRUE` or `yes` do not count.
LEGACY_VALUES = ("true", "True", "1")
FIRST_WITH_KERAS = (2, 6)  # the first release whose Keras is a distribution of its own
FIRST_WITH_CHOICE = (2, 15)  # the first release that has KerasLazyLoader
ONLY_REDIRECT = (2, 4)  # `keras/__init__.py` of 2.4.0 to 2.4.3 is `from tensorflow.keras import *`


@record
class Answering:
    """The Keras that answers; `reason` says why none does (None where one does)."""

    flavour: KerasFlavour
    version: str | None
    reason: str | None = None


def keras_of(tensorflow: str | None, packages: Mapping[str, str], env: Mapping[str, str]) -> Answering:
    """Decide by TensorFlow's version, what is installed beside it, and the environment variables of the process."""
    # Nightly builds install the same module `keras`.
    keras = packages.get("keras") or packages.get("keras-nightly")
    if tensorflow is None:
        return _without_tensorflow(keras)
    if release(tensorflow) < FIRST_WITH_KERAS:
        return Answering(KerasFlavour.BUNDLED, tensorflow, _beside_bundled(keras))
    if release(tensorflow) < FIRST_WITH_CHOICE:
        return _before_choice(tensorflow, keras)
    if env.get("TF_USE_LEGACY_KERAS") in LEGACY_VALUES:
        return _legacy(packages.get("tf-keras") or packages.get("tf-keras-nightly"))
    return _standalone(tensorflow, keras)


def _beside_bundled(keras: str | None) -> str | None:
    """Why `import keras` would not be what was judged: only Keras 2.4 hands every name on to `tensorflow.keras`."""
    if keras is None or release(keras)[:2] == ONLY_REDIRECT:
        return None
    return f"keras {keras} is another Keras than tf.keras and not recorded: what is said here is of tf.keras"


def _without_tensorflow(keras: str | None) -> Answering:
    """Keras 3 runs on other backends; Keras 2 imports TensorFlow at once."""
    if keras is not None and release(keras) >= (3,):
        return Answering(KerasFlavour.KERAS3, keras)
    return Answering(KerasFlavour.NONE, None, "TensorFlow is not there, and only Keras 3 works without it")


def _before_choice(tensorflow: str, keras: str | None) -> Answering:
    if keras is not None and release(keras) < (3,):
        return _keras2(tensorflow, keras)
    found = "no keras" if keras is None else f"keras {keras}"
    reason = f"tensorflow {tensorflow} needs Keras 2 for tf.keras; there is {found}"
    return Answering(KerasFlavour.NONE, None, (_no_release(tensorflow) if keras is None else None) or reason)


def _keras2(tensorflow: str, keras: str) -> Answering:
    """Each Keras 2 uses private parts of the TensorFlow of its own minor version: other pairs fail in their own ways.

    TensorFlow 2.6.0 allows Keras up to 2.15, which pip then installs beside it: that pair does not even import.
    """
    if release(keras)[:2] == release(tensorflow)[:2]:
        return Answering(KerasFlavour.KERAS2, keras)
    return Answering(
        KerasFlavour.NONE,
        None,
        f"keras {keras} beside tensorflow {tensorflow} was not recorded: they are not of one minor version",
    )


def _legacy(tf_keras: str | None) -> Answering:
    if tf_keras is None:
        return Answering(KerasFlavour.NONE, None, "TF_USE_LEGACY_KERAS is set and tf_keras is not there")
    return Answering(KerasFlavour.TF_KERAS, tf_keras)


def _standalone(tensorflow: str, keras: str | None) -> Answering:
    if keras is None:
        reason = _no_release(tensorflow) or f"tensorflow {tensorflow} needs keras for tf.keras; none is named"
        return Answering(KerasFlavour.NONE, None, reason)
    return Answering(KerasFlavour.KERAS3, keras) if release(keras) >= (3,) else _keras2(tensorflow, keras)


def _no_release(tensorflow: str) -> str | None:
    """Why no Keras can be known that belongs to it: there is no such release. None for releases and nightly builds."""
    known = releases("tensorflow")
    if not is_final(tensorflow) or public(tensorflow) in known:
        return None
    newest = next(reversed(known))
    if release(tensorflow) > release(newest):
        return f"tensorflow {tensorflow} is newer than {newest}, the newest recorded"
    return f"{tensorflow} is no known release of tensorflow"
