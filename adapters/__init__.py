"""The languages of trade: one package per family, one file per message.

mapping   tables that say where a value stands in a message and in the canonical body
wire      syntaxes only: what an XML document is, not what it says
customs   declarations and their responses
agency    what agencies answer in the broker's own JSON
"""
