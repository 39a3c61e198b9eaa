"""Delivery: rows of the queue are rendered, numbered, given and acknowledged.

render   a row as the bytes its recipient gets, once (pure)
drain    the loop over waiting rows
feed     the channel that recipients read; feed_http is its door
"""
