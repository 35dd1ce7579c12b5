"""Tiny checkpoints of each model family, and what should be computed from them: see make_family_goldens.py."""
