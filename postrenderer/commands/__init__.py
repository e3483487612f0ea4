"""The commands: each is a module with its `Options` and `run`, whose docstring is the command's help."""
