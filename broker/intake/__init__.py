"""Intake: bytes at a door become a receipt and a submission on the log.

accept   one transaction for whatever waits: submission, original, record
http     the doors over HTTP
rounds   which of the senders that wait are written next
reuse    an agency's number of an answer that was used before
"""
