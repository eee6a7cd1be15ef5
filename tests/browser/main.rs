//! The playground driven in a real browser, as a newcomer would use it.
