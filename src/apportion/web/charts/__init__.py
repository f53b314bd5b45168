"""Charts: functions that draw figures from values."""
