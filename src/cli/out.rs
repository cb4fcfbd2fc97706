//! The standard output. Whoever reads it may stop at any time, as in `rapport check my-shop | head`: what nobody reads any
//! more is no mistake, and the command ends with the code that it would have ended with.
use std::io::{ErrorKind, Result, Stdout, Write};

pub struct Out(Stdout);

pub fn out() -> Out {
    Out(std::io::stdout())
}

/// Writes a text.
///
/// # Errors
/// What the machine says, such as a full disk.
pub fn write(text: &str) -> Result<()> {
    out().write_all(text.as_bytes())
}

/// Writes a line.
///
/// # Errors
/// As [`write`].
pub fn line(text: &str) -> Result<()> {
    write(&format!("{text}\n"))
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        match self.0.write(bytes) {
            Err(e) if e.kind() == ErrorKind::BrokenPipe => Ok(bytes.len()),
            other => other,
        }
    }

    fn flush(&mut self) -> Result<()> {
        match self.0.flush() {
            Err(e) if e.kind() == ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }
}
