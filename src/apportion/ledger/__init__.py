"""The store of everything we know: Iceberg tables behind `ports.Ledger`."""
