//! The demo company's dice: SplitMix64, written out so that no library's new version can throw
//! them differently. Each subject has its own, so that a change to one leaves the others alone.

use uuid::Uuid;

#[derive(Debug, Clone)]
pub struct Random {
    state: u64,
}

impl Random {
    /// The dice of one subject in one copy of the company (`--scale` makes several copies).
    pub fn of(subject: &str, copy: u32) -> Self {
        Self {
            state: fnv1a(subject) ^ u64::from(copy).wrapping_mul(0xD6E8_FEB8_6659_FD93),
        }
    }

    pub fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.state)
    }

    /// A number from 0 to `bound` - 1; 0 where there is nothing to choose from.
    pub fn below(&mut self, bound: usize) -> usize {
        let wide = u128::from(self.next()) * bound as u128;
        (wide >> 64) as usize
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1) as usize) as i64
    }

    pub fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// As [`Self::pick`], for words.
    pub fn word<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }

    /// Several different ones, in random order.
    pub fn several<'a, T>(&mut self, from: &'a [T], count: usize) -> Vec<&'a T> {
        let mut rest: Vec<&T> = from.iter().collect();
        (0..count.min(from.len()))
            .map(|_| rest.swap_remove(self.below(rest.len())))
            .collect()
    }
}

fn mix(mut word: u64) -> u64 {
    word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    word ^ (word >> 31)
}

fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}

/// The id of a thing that is named by its kind and source id, the same in every run.
pub fn id_of(kind: &str, source_id: &str) -> Uuid {
    let name = format!("{kind}/{source_id}");
    let (high, low) = (mix(fnv1a(&name)), mix(fnv1a(&format!("{name}/"))));
    let bytes = (u128::from(high) << 64 | u128::from(low)).to_be_bytes();
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dice_fall_as_the_reference_says() {
        let mut dice = Random { state: 1_234_567 };
        let thrown: Vec<u64> = (0..3).map(|_| dice.next()).collect();
        assert_eq!(
            thrown,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423
            ]
        );
    }

    #[test]
    fn several_never_picks_the_same_twice() {
        let mut dice = Random::of("test", 0);
        let from: Vec<usize> = (0..20).collect();
        let mut picked: Vec<_> = dice.several(&from, 12).into_iter().copied().collect();
        picked.sort_unstable();
        picked.dedup();
        assert_eq!(picked.len(), 12);
    }
}
