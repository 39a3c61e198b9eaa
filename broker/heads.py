"""Bounds the head of a request, which the HTTP server itself does not.

Without it, whoever reaches the port may send headers for ever, before any key is checked. A head
that has not ended after `HEAD_BYTES_MAX` closes the connection with 431.
"""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES_MAX = 64 * 1024

_REFUSAL = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-length: 0\r\nconnection: close\r\n\r\n"
)


class BoundedHead(HttpToolsProtocol):
    """uvicorn's protocol, counting the bytes of a head that arrives in several reads."""

    _head = 0
    _in_head = True

    def on_message_begin(self) -> None:
        """A new head begins; what this read holds of it is bounded by the read's own size."""
        self._head, self._in_head = 0, True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head has ended; the body has a limit of its own."""
        self._in_head = False
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        """Count while the head lasts."""
        was_in_head = self._in_head
        super().data_received(data)
        if was_in_head and self._in_head:
            self._head += len(data)
            if self._head > HEAD_BYTES_MAX and not self.transport.is_closing():
                self.transport.write(_REFUSAL)
                self.transport.close()
