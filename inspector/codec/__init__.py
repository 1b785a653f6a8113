"""Byte grammars that know nothing of TensorFlow."""

# Set by the command `inspect`: no other code in its process uses protobuf, so what nobody here needs may stay out.
alone = False
