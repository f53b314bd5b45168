"""Budgets beside what owners pay."""
