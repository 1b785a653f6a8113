"""networkx views of an artifact, built only when asked for."""
