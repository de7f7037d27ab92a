"""The only part that knows HTTP servers and sockets."""
