"""The forms in which results leave. Each file plugs one into `ports.Report`."""
