"""The sandbox: facts in, facts out. Which program runs and what its end means is decided elsewhere."""
