"""Models of the real loaders: one module each, with `outcomes(artifact, capabilities)` yielding what each call does.

A module reads the artifact and the facts in the order in which the real loader does, and yields an `Outcome` whose
first problem is the exception that the user will see.
"""
