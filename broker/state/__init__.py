"""The tables, and what is asked of them: one file per noun; SQLAlchemy Core lives only here.

Functions take a connection and values and return values; they are run as a work by a `Database`,
which gives them one transaction. Nothing here decides anything.
"""
