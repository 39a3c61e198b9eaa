"""Syntaxes: bytes to elements with their places, and nothing of what they mean.

json              safe reading of JSON, and JSON pointers
xml               safe reading of XML, and XPaths in the sender's own prefixes
xml_siblings      how the children of an element are numbered, in little memory
xml_rare          elements with a name that few have, found by it
xml_source        line and column of start tags, as the text was written
numbers           decimals in every spelling, and in the model's
edifact           EDIFACT: messages of segments out of bytes, with all that is wrong as syntax
edifact_survey    the first pass: where interchanges, groups and messages begin and end
edifact_envelope  interchanges and groups as values
edifact_header    UNA and UNB: which separators are in use
edifact_charset   character sets
edifact_syntax    cutting at separators, the release character, repetition
edifact_reading   one message with everything that is wrong with it
edifact_message   one message: its segments, and where they stood
edifact_excerpt   one message by itself: what a reply to it has to read
edifact_formats   representations of elements, from directories/
edifact_told      problems and limits
edifact_write     messages to an interchange; counts and references come right
edifact_exact     what was read, back to the same bytes
xlsx              workbooks: typed values by sheet and cell
xlsx_parts        the archive, looked at before anything is unpacked
xlsx_bounds       how much of a workbook is read
xlsx_formats      number formats: which cells may show something else than they store
xlsx_display      what a cell with a number and a format shows
xlsx_write        small workbooks, always the same bytes
xlsx_marks        the sender's own workbook with marked cells
"""
