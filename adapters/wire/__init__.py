"""Syntaxes: bytes to elements with their places, and nothing of what they mean.

xml   safe reading of XML, and XPaths in the sender's own prefixes
"""
