"""The HTTP API: the Piston API, version 2, and more in the same shapes. Made by `server`."""
