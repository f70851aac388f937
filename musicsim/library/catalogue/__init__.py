"""The SQLite truth: one module owns each table.

`database` opens, migrates, mends and backs up; `schema` has the tables.
"""
