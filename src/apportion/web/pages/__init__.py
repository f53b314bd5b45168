"""The pages, one file each: from a page context to the content of the page."""
