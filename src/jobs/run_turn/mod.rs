//! One turn of a thread, from what waits in the inbox to an answer that everybody can see.

mod input;
mod open;
mod surroundings;
mod words;
