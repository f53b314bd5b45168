"""Report formats: one file for each implementation of `ports.reports.Report`."""
