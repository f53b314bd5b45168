"""What the terminal shows: console, styling, trees, findings, errors, output forms."""
