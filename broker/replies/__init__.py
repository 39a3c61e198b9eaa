"""What a recipient is told: pure functions from what was decided to what goes out.

refusals   the queue's row for a rejected message or a declined event
payloads   the data of a delivery: a document's view, a withdrawal, a board, a rejection
"""
