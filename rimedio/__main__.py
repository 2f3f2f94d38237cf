"""The command `rimedio`, also as `python -m rimedio`."""

import sys


def main() -> None:
    """Runs it; Ctrl-C while it is being imported ends it without a word, as it does afterwards."""
    try:
        from rimedio.cli import main as command

        command()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
