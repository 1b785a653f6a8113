"""Whether weights fit a model that lies in another file: `load_weights` and `Checkpoint.restore`, and what differs.

The model is taken as its code or its file would build it; whether its own file loads in the runtime is asked apart.
"""
