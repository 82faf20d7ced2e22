"""The vocabulary of the desk: frozen values and the arithmetic on them. Standard library only."""
