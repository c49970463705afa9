"""Anchors of the audit trails of other services, kept where their databases' owners do not reach."""
