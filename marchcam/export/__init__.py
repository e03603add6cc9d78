"""Tracks and what was measured in them as files that other programs read; see docs/outputs.md."""
