"""Segments, templates, campaigns and opt-outs: whom we speak to, and whom we must not."""
