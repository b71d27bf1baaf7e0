"""The large proofs: power cuts, failing disks, kills, hostile input; small samples of each run with every test."""
