//! One turn of a thread.
