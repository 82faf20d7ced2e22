"""From bytes to meaning, without a clock, a setting or a socket."""
