"""The pages: each view takes the console and a visit, and gives a response."""
