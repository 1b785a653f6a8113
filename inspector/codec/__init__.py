"""Byte grammars that know nothing of TensorFlow."""
