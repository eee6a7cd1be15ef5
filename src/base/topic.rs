//! What a company's data can be about, as far as it tells what somebody may ask. Systems say which
//! of these they know something of, and what people are offered follows.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    Deals,
    Meetings,
    Work,
}
