"""presync: database migrations as PreSync hooks that neither hang nor delete what the application reads."""

__version__ = "0.1.0"
