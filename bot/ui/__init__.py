"""Discord's objects at the edge: plain values in, messages and windows out."""
