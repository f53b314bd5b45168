"""Which plug goes into which socket: a file for each thing that one opens."""
