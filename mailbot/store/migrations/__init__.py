"""Alembic's migrations, part of the package so that an installed program can upgrade its database."""
