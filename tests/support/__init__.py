"""Fakes and local servers that several tests use."""
