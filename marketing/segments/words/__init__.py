"""Groups in words: what sets each apart, its name, a sentence."""
