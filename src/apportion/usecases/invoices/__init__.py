"""Invoices: kept in the ledger, and compared with the bill."""
