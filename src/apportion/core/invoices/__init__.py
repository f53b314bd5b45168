"""Invoices: read from files, and compared with the charges that carry their ids."""
