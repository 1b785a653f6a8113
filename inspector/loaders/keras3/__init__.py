"""What `keras.models.load_model` of Keras 3 does with an artifact, and `model.predict` after it."""
