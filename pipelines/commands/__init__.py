"""What each command does; :mod:`pipelines.__main__` parses and calls. Each function returns the exit code."""
