"""One structured request, written in every language, layout and encoding: the decision stays that of the structure."""
