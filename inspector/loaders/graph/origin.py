"""Where an op comes from that a runtime does not have: another release of TensorFlow, a package, or nobody knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.loaders.graph.texts import numbers

if TYPE_CHECKING:
    from inspector.loaders.graph.context import Context


def origin_of(context: Context, op: str) -> dict[str, str]:
    """`origin` (what brings the op) and `remedy` (what to do), for the words of the rule."""
    from inspector.runtime.add_ons import packages_providing  # noqa: PLC0415 - cold start: only where a load fails
    from inspector.runtime.tensorflow_facts import releases_with_op  # noqa: PLC0415 - as above

    releases = releases_with_op(op)
    # TensorFlow's own releases before packages: an op that moved from one into the other needs no more than the right
    # release.
    if releases:
        return _of_releases(context, releases)
    packages = packages_providing(op)
    if packages:
        module = packages[0].replace("-", "_")
        named = " or ".join(packages)
        return {
            "origin": f"it comes with {named}",
            "remedy": f"install {packages[0]} for this TensorFlow and import {module} first (--import {module})",
        }
    unknown = "no catalogued release of TensorFlow and no catalogued package has it"
    return {"origin": unknown, "remedy": "load the library that registers it, or replace the op before saving"}


def _of_releases(context: Context, releases: tuple[str, ...]) -> dict[str, str]:
    newer = [release for release in releases if numbers(release) > context.release]
    if newer:
        return {
            "origin": f"TensorFlow has it from {releases[0]} on",
            "remedy": f"use TensorFlow {newer[0]} or newer, or save the model again with an older release",
        }
    return {
        "origin": f"TensorFlow had it up to {releases[-1]}",
        "remedy": f"use TensorFlow {releases[-1]}, or save the model again without the op",
    }
