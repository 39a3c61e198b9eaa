"""Syntaxes: bytes to elements with their places, and nothing of what they mean.

json  safe reading of JSON, and JSON pointers
xml   safe reading of XML, and XPaths in the sender's own prefixes
"""
