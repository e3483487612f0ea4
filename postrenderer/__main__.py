"""`python -m postrenderer` is `presync`."""

from postrenderer.cli import main

main()
