"""Entry point of the program `mailbot` and of `python -m mailbot`."""

import sys

from mailbot.cli import run_command_line


def main() -> None:
    """Run the command line and end the process with its exit status."""
    sys.exit(run_command_line(sys.argv[1:]))


if __name__ == "__main__":
    main()
