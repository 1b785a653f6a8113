"""SavedModels and GraphDefs: what TensorFlow's own loaders do with their graphs, functions and objects."""
