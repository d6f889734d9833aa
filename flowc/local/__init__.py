"""The local engine: walks the region tree and runs every task through the shim."""
