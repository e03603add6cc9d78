"""Many videos: which ones and where to, each in a process of its own, one table of all."""
