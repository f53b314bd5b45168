"""Which plug goes into which socket."""
