"""From a pose track to an assessment: pure functions on arrays, numpy and the standard library only."""
