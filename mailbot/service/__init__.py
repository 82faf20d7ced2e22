"""The story of the desk in five verbs: receive, process, deliver, review, upkeep."""
