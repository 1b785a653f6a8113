"""Words for what a target brings to an artifact, which wake the rules that look at both (`find_in`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.audit.evidence import Evidence
    from inspector.terms.runtime import Runtime


def tokens(evidence: Evidence, runtime: Runtime) -> Iterator[str]:
    """`target:advisories` where the artifact has a graph and the target's TensorFlow published vulnerabilities."""
    if "graph" in evidence.tokens and runtime.tensorflow:
        from inspector.audit.graph.advisories import advisories  # noqa: PLC0415 - cold start: only graphs

        if advisories(runtime.tensorflow):
            yield "target:advisories"
