"""What the figures are computed from: the newest snapshot of every record that counts."""
