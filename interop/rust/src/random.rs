//! Random numbers that a seed brings back: splitmix64 (Steele, Lea and Flood, "Fast splittable
//! pseudorandom number generators", 2014).

pub struct Random {
    state: u64,
}

impl Random {
    pub fn new(seed: u32) -> Self {
        Random {
            state: u64::from(seed),
        }
    }

    pub fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A whole number from 0 to `count` - 1.
    pub fn below(&mut self, count: usize) -> usize {
        (self.bits() % count as u64) as usize
    }

    /// From 0 to 2^`largest_log2`, every doubling as likely.
    pub fn length(&mut self, largest_log2: usize) -> usize {
        let power = 1 << (self.below(largest_log2) + 1);
        self.below(power + 1)
    }
}
