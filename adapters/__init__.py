"""The languages of trade: one package a family, one file a message. All of it is pure.

customs   goods declarations of traders, and the responses of customs to them
postal    items of posts with their customs declarations, in ITMATT and in JSON
maritime  ships' visits and their crews, in workbooks
airline   passenger and crew lists of flights, in EDIFACT
agency    what agencies answer in the broker's own JSON

request_json   the broker's own form of a request, for what a format has no message for
changes   a list of changes to a document, by path, and the sparse document with their values
mapping   tables that say where a value stands in a message and in the canonical body
demands   what a profile demands of a body, and a breach of it in words
syntaxes  what a file of XML, JSON or a workbook is, and the one format that reads it
interchange   messages of several formats in one interchange of UN/EDIFACT
stated    what an agency states to a declarant, in words
wire      syntaxes only: what an XML document is, not what it says

A family comes into the broker through its entry point; the broker never imports one.
"""
