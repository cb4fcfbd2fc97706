//! Random numbers that a test can shrink: a row of them, read one after the other; after the last all are nought, the plainest choice.
pub struct Dice {
    numbers: Vec<u32>,
    at: usize,
}

impl Dice {
    pub fn new(numbers: Vec<u32>) -> Self {
        Self { numbers, at: 0 }
    }

    /// A number below `n`.
    pub fn upto(&mut self, n: usize) -> usize {
        let number = self.numbers.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        usize::try_from(number).unwrap_or(0) % n.max(1)
    }

    pub fn chance(&mut self, percent: usize) -> bool {
        self.upto(100) >= 100_usize.saturating_sub(percent)
    }

    pub fn over(&self) -> bool {
        self.at >= self.numbers.len()
    }
}
