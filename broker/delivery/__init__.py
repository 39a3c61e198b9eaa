"""Delivery: rows of the queue are rendered, numbered, given and acknowledged.

render   a row as the bytes its recipient gets, once (pure)
drain    the loop over waiting rows
share    which subscriptions are this process's own
topic    the channel that sends to an agency's topic
feed     the channel that recipients read; feed_http is its door
schemas  keeps the schemas of agencies' topics; registry_http gives them to readers
"""
