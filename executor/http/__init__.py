"""The HTTP API: the Piston API, version 2, and more in the same shapes."""

from executor.http.access import is_loopback_address
from executor.http.listening import Address
from executor.http.server import open_api

__all__ = ["Address", "is_loopback_address", "open_api"]
