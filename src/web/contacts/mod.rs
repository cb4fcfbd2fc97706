//! Pages about customers: the list with its search, one of them with everything known, and files of many. Plain forms that need no
//! script.
mod file;
mod list;
mod one;

pub use file::{LARGEST, export, import, import_form};
pub use list::page as list;
pub use one::{edit, erase, note, page as one};
