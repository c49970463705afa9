"""Imports: a file becomes records, with every row accounted for.

An upload is looked at, and refused if it cannot be read as a whole (`files`, `operations`). The rest is a job (`work`):
it puts the rows of the file into a table, then reads and applies them batch by batch through the importer of their
kind (`kinds`), of which each service has some.
"""
