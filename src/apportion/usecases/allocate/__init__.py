"""Allocate a month: check rules, label keys, split pools, prove, record."""
