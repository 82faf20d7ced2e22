"""Entry point of the program `mailbot` and of `python -m mailbot`."""

import sys

from mailbot.cli import run


def main() -> None:
    """Run the command line and end the process with its exit status."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
