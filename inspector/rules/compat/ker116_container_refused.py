"""Keras refuses what the archive or the weights file holds, or fails on unpacking it."""

from inspector.rules.rule import Rule
from inspector.terms.finding import Category, Severity

RULE = Rule(
    code="KER116",
    name="container-refused",
    category=Category.COMPAT,
    severity=Severity.ERROR,
    message="{keras} does not take {subject}: {found}",
    fix="have the model saved anew by Keras; do not load it in an older release that takes it",
    what=(
        "The weights lie outside their file, declare far more than they store, or an archive of more than "
        "three members cannot be unpacked."
    ),
    why=(
        "Releases of Keras refuse links out of an HDF5 file from 3.12.1, 3.12.2 and 3.14.1 on, bombs from "
        "3.12.3 and 3.15.0 on, and unpack every member as soon as there are assets."
    ),
    example="a kernel in external storage, which Keras 3.15 refuses and Keras 3.8 reads",
    references=("https://github.com/keras-team/keras/security/advisories/GHSA-3m4q-jmj6-r34q",),
)
