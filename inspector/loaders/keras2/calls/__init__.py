"""Models calling the layers of a rebuilt model: the shapes of their tensors, and what a layer raises for them.

Keras 2 calls every layer on symbolic tensors while it rebuilds the model, before any weight is read. A shape that is
not followed is never guessed: nothing is said of what depends on it.
"""
