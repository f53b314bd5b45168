"""The tag policy: read, check, write, and the verdict on one resource."""
