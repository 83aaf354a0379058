"""Power cuts: real processes on a disk of their own, whose power is cut again and again.

The disk is an ext4 image in memory. What a process has not had synced is not in the image, so a copy of the image is
what a machine finds after the power came back. ``python -m tests.power`` (docs/reliability.md).
"""
