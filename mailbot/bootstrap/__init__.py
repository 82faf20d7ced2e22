"""The only place where concrete adapters meet the core and the service; one module per thing that is put together.

Imports of adapters stand inside the functions: a command pays only for the parts that it uses.
"""
