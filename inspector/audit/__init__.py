"""Evidence for the security rules: what an artifact holds that can hurt, with no target in sight.

One module per surface (`configs`, `graph.surface`, `containers`); each says by `tokens` what is there, so that only the
rules that could fire are imported.
"""
