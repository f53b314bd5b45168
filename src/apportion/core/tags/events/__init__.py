"""CloudTrail events about tags and created resources."""
