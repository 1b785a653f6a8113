"""The names that TensorFlow and Keras are distributed under, and versions as far as deciding between them needs."""

from __future__ import annotations

import re
from functools import lru_cache

# Builds of TensorFlow itself: each installs the same `tensorflow` module. Nightly builds are in NIGHTLY.
TENSORFLOW = frozenset(
    {
        "intel-tensorflow",
        "intel-tensorflow-avx512",
        "tensorflow",
        "tensorflow-aarch64",
        "tensorflow-base",  # conda: the module itself, where `tensorflow` is a metapackage
        "tensorflow-cpu",
        "tensorflow-cpu-aws",
        "tensorflow-directml",
        "tensorflow-eigen",  # conda (Anaconda): metapackages that choose a build
        "tensorflow-gpu",
        "tensorflow-gpu-base",
        "tensorflow-intel",
        "tensorflow-macos",
        "tensorflow-mkl",
        "tensorflow-rocm",
        "tensorflow-rocm-enhanced",
    }
)
NIGHTLY = frozenset({"tf-nightly", "tf-nightly-cpu", "tf-nightly-gpu", "tf-nightly-intel", "tf-nightly-macos"})
KERAS = frozenset({"keras", "keras-nightly", "tf-keras", "tf-keras-nightly"})
RELEVANT = TENSORFLOW | NIGHTLY | KERAS

_SEPARATORS = re.compile(r"[-_.]+")
_RELEASE = r"v?(?:0!)?(\d+(?:\.\d+)*)"
# A pre-release, development or nightly tag after the release number (PEP 440).
_UNFINISHED = r"\d[-_.]?(a|b|c|rc|alpha|beta|pre|preview|dev)[-_.]?\d*"


def canonical(name: str) -> str:
    """Give a distribution's name as PEP 503 compares it: `tensorflow_cpu` is `tensorflow-cpu`."""
    return _SEPARATORS.sub("-", name).lower()


@lru_cache(maxsize=4096)  # every release there is; versions of lock files are the user's own text
def release(version: str) -> tuple[int, ...]:
    """Give the release numbers of a version, without its tags; empty where it starts with none."""
    found = re.match(_RELEASE, version.strip())
    # Fifty digits are no release number, and int() of thousands is slow.
    return tuple(int(part[:50]) for part in found[1].split(".")) if found else ()


def public(version: str) -> str:
    """Give a version without its local part: `2.15.1+nv24.1` is TensorFlow 2.15.1 as built by somebody else."""
    return version.partition("+")[0]


def is_final(version: str) -> bool:
    """Whether this is neither a pre-release nor a development version."""
    # Of the public part alone: local labels such as `+rocm` hold letters of their own.
    return re.search(_UNFINISHED, public(version).lower()) is None
