//! Numbers of strings by their hashes: the same on every machine, and quick to look up by hashes that grow with a word.

const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
const FREE: u32 = u32::MAX;

/// The hash of a string so far (FNV-1a); longer strings go on from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hash(pub u64);

impl Hash {
    pub const EMPTY: Hash = Hash(BASIS);

    pub fn of(text: &str) -> Hash {
        Hash::EMPTY.then(text)
    }

    pub fn then(self, text: &str) -> Hash {
        Hash(text.bytes().fold(self.0, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME)))
    }

    pub fn then_char(self, letter: char) -> Hash {
        Hash((self.0 ^ u64::from(letter)).wrapping_mul(PRIME))
    }
}

/// From hashes to the order in which they were first added. With 64 bits two strings practically never share one.
#[derive(Clone, Debug, Default)]
pub struct Table {
    keys: Vec<u64>,
    /// A power of two of places, at most half of them taken; each holds an index into `keys`.
    places: Vec<u32>,
}

impl Table {
    /// The number of a hash; a new one gets the next.
    pub fn add(&mut self, hash: Hash) -> u32 {
        if let Some(number) = self.get(hash) {
            return number;
        }
        let number = u32::try_from(self.keys.len()).unwrap_or(FREE);
        self.keys.push(hash.0);
        if self.keys.len() * 2 > self.places.len() {
            self.places = vec![FREE; (self.keys.len() * 4).next_power_of_two()];
            for (number, key) in (0..).zip(self.keys.clone()) {
                self.place(key, number);
            }
        } else {
            self.place(hash.0, number);
        }
        number
    }

    fn place(&mut self, key: u64, number: u32) {
        let mask = self.places.len() - 1;
        let mut at = start(key) & mask;
        while let Some(place) = self.places.get_mut(at) {
            if *place == FREE {
                *place = number;
                return;
            }
            at = (at + 1) & mask;
        }
    }

    pub fn get(&self, hash: Hash) -> Option<u32> {
        let mask = self.places.len().checked_sub(1)?;
        let mut at = start(hash.0) & mask;
        loop {
            let number = *self.places.get(at)?;
            // a free place also ends the search, because half of them are free
            let key = self.keys.get(usize::try_from(number).ok()?)?;
            if *key == hash.0 {
                return Some(number);
            }
            at = (at + 1) & mask;
        }
    }
}

fn start(key: u64) -> usize {
    usize::try_from(key.wrapping_mul(SPREAD) >> 32).unwrap_or(0)
}
