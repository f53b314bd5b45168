"""The ledger: Iceberg tables behind `ports.ledger.Ledger`."""
