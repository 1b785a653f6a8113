"""The words of the product as frozen types: what is read, what it needs, what is found, what is answered."""
