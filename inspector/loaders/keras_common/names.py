"""Names that Keras derives from class names, and keys of configs whose values are names."""

from __future__ import annotations

import re

# Keys whose words name other objects, which are looked up where those are made.
NAMING = (
    "_initializer",
    "_regularizer",
    "_constraint",
    "activation",
    "dtype",
    "name",
    "layer",
    "cell",
    "vocabulary",
    "function",
)


def snake_case(name: str) -> str:
    """`naming.to_snake_case`."""
    # The three steps are Keras' own (keras/src/utils/naming.py): any other snake case gives `conv2_d` another path.
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()
