"""The files beside `saved_model.pb`: assets, fingerprint, Keras metadata."""
