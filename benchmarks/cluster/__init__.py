"""Dailies on several machines, as cluster/ configures them, each in a network namespace of this one."""
