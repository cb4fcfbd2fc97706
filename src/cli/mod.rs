//! The command line: one file a command. `serve` is the only place that names concrete adapters.
mod chat;
mod check;
pub mod load;
mod new;

use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// A chatbot for customer service, written in plain text.
///
/// A bot is a folder with `.flow` files. Begin with `rapport new my-shop`, then `rapport chat my-shop`.
#[derive(Debug, Parser)]
#[command(name = "rapport", version, max_term_width = 100, disable_help_subcommand = false)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a folder with a small bot to start from.
    New {
        /// The folder's name; also the bot's name in web addresses.
        name: PathBuf,
    },
    /// Read a bot and list every mistake, with what to do about it.
    Check {
        /// The bot's folder, or a folder of bots.
        path: PathBuf,
        /// Print JSON, for other programs.
        #[arg(long)]
        json: bool,
    },
    /// Talk to a bot here in the terminal.
    Chat {
        /// The bot's folder.
        path: PathBuf,
        /// Show which steps ran and what was understood.
        #[arg(long)]
        why: bool,
    },
}

/// Runs the command that was asked for.
pub fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::New { name } => new::run(&name),
        Command::Check { path, json } => check::run(&path, json),
        Command::Chat { path, why } => chat::run(&path, why),
    };
    match result {
        Ok(code) => code,
        Err(problem) => {
            eprintln!("{problem:#}");
            ExitCode::FAILURE
        }
    }
}
