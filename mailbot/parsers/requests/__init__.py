"""From marked texts to requests: lines, parties, kinds, topics."""
