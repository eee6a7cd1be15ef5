//! The guard alone: what must pass, what must not, and what no text may do to it.
