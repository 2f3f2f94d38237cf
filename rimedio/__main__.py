"""`python -m rimedio` is the command `rimedio`."""

from rimedio.cli import main

main()
