"""The pages: what the ledger says, in a browser.."""
