"""The pages, a file each: from what somebody sees to what the page says."""
