"""What a server chose for itself: the values, their text, how they narrow the operator's rules."""
