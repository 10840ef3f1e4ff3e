"""A small invented media company, made from a seed, and real data beside it; see README.md."""
