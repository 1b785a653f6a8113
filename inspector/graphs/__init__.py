"""networkx views of an artifact, built only when asked for.

The package is not called `graph`: a subpackage of that name would replace the public function `inspector.graph`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from inspector.terms.errors import UsageError

if TYPE_CHECKING:
    import networkx as nx

    from inspector.terms.artifact import Artifact

# Level to (module, function); networkx is imported with the first of them: 150 ms that other commands do not pay.
_LEVELS = {
    "ops": ("inspector.graphs.ops", "op_graph"),
    "functions": ("inspector.graphs.functions", "function_graph"),
    "layers": ("inspector.graphs.layers", "layer_graph"),
}


def build(artifact: Artifact, level: str) -> nx.MultiDiGraph:
    """The graph of an artifact at one level: `ops`, `functions` or `layers`. UsageError for any other level."""
    # Looked up here and not by the parser alone: the function is public.
    if level not in _LEVELS:
        raise UsageError(f"no such level: {level} (there are {', '.join(_LEVELS)})")
    module, function = _LEVELS[level]
    graph: nx.MultiDiGraph = getattr(importlib.import_module(module), function)(artifact)
    return graph
