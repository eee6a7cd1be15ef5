//! The word that somebody may have meant.

/// The name that at most two typing mistakes away from `word` is nearest to it.
pub fn nearest<'n>(word: &str, names: &[&'n str]) -> Option<&'n str> {
    let far = |name: &&'n str| distance(word, name);
    let near = names.iter().copied().min_by_key(|name| far(name))?;
    let allowed = if word.chars().count() < 4 { 1 } else { 2 };
    (far(&near) <= allowed).then_some(near)
}

/// Letters to add, drop or change (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (place, letter) in a.chars().take(40).enumerate() {
        let mut before = row[0];
        row[0] = place + 1;
        for (at, other) in b.iter().enumerate() {
            let change = before + usize::from(letter != *other);
            before = row[at + 1];
            row[at + 1] = change.min(before + 1).min(row[at] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 4] = ["ask", "status", "memory", "help"];

    #[test]
    fn a_slip_of_the_finger_is_understood_and_another_word_is_not() {
        assert_eq!(nearest("statsu", &NAMES), Some("status"));
        assert_eq!(nearest("memroy", &NAMES), Some("memory"));
        assert_eq!(nearest("halp", &NAMES), Some("help"));
        assert_eq!(nearest("asc", &NAMES), Some("ask"));
        assert_eq!(nearest("what", &NAMES), None);
        assert_eq!(nearest("how", &NAMES), None);
    }

    #[test]
    fn a_very_long_word_is_like_nothing() {
        assert_eq!(nearest(&"x".repeat(100_000), &NAMES), None);
    }
}
