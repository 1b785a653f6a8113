"""What the models of Keras' own loaders share: failures, stand-ins for objects, and how constructors take a config."""
