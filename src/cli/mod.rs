//! The command line: one file a command. `serve` is the only place that names concrete adapters.
mod backup;
mod bench;
pub mod catalog;
mod chat;
mod check;
mod colour;
mod contacts;
pub mod demo;
mod doctor;
pub mod evaluate;
mod explain;
mod export;
mod fmt;
mod graph;
mod import;
pub mod knowledge;
pub mod load;
mod lsp;
mod new;
mod out;
mod people;
pub mod save;
pub mod serve;
mod steps;
mod test;
mod translate;
mod understand;
mod use_;
mod watch;
mod webhooks;

use clap::{Parser, Subcommand};
use std::net::SocketAddr;
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
    ///
    /// Ends with 0 where the bot is fine, 1 where it has mistakes, 2 where it could not be read at all.
    Check(check::CheckArgs),
    /// Tell more about a mistake: why it matters, an example, and the same mended.
    Explain {
        /// Its code, such as F012; without one, all codes are listed.
        code: Option<String>,
        /// Whether the text has colours; `NO_COLOR` is honoured.
        #[arg(long, value_enum, default_value_t)]
        color: colour::Colour,
    },
    /// Talk to a bot here in the terminal.
    Chat(chat::ChatArgs),
    /// Show what a bot makes of a customer's words: topics with their scores, the nearest examples, the mood.
    Understand {
        /// The bot's folder, or a folder of bots.
        path: PathBuf,
        #[command(flatten)]
        args: understand::UnderstandArgs,
    },
    /// Measure how well topics are understood, on messages whose topic is known.
    Evaluate(evaluate::EvaluateArgs),
    /// Play a bot's conversation tests, the files in its folder `tests`.
    #[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
    Test {
        #[command(subcommand)]
        more: Option<TestCommand>,
        /// The bot's folder, or a folder of bots.
        #[arg(required = true)]
        path: Option<PathBuf>,
        #[command(flatten)]
        args: test::TestArgs,
    },
    /// Draw the flows: a box a step, an arrow a way.
    Graph {
        /// The bot's folder.
        path: PathBuf,
        #[command(flatten)]
        args: graph::GraphArgs,
    },
    /// Write flow files in the one usual way: indentation, spaces, empty lines. What they mean never changes.
    Fmt {
        /// Files or folders.
        paths: Vec<PathBuf>,
        /// Change nothing; list the files that would change, and fail where there are any.
        #[arg(long)]
        check: bool,
        /// Read one file from the standard input, and write it to the standard output.
        #[arg(long, conflicts_with = "check")]
        stdin: bool,
    },
    /// Help an editor: mistakes as you type, completion, jumps, renaming. Editors start this by themselves.
    Lsp,
    /// List the texts that another language lacks.
    Translate {
        /// The bot's folder, or a folder of bots.
        path: PathBuf,
        /// The language, like `fr`. Without it, all languages that `bot.yaml` names.
        language: Option<String>,
        /// Write them, empty, into `locales/LANGUAGE.yaml`, to be filled in.
        #[arg(long)]
        write: bool,
    },
    /// Ask another system once, as a flow would, and show what comes back.
    Use(use_::UseArgs),
    /// Take over what other programs know.
    Import {
        #[command(subcommand)]
        what: import::ImportCommand,
    },
    /// Help articles: take them over, and see what questions lead to.
    Knowledge {
        #[command(subcommand)]
        what: knowledge::KnowledgeCommand,
    },
    /// List the steps of the language, each with an example.
    Steps,
    /// Serve bots to a website, with an inbox for your team.
    Serve {
        /// The bot's folder, or a folder of bots.
        path: PathBuf,
        #[command(flatten)]
        args: serve::ServeArgs,
    },
    /// Copy everything that a server keeps into one file, while it runs.
    Backup(backup::BackupArgs),
    /// Put a backup back. The server must not run.
    Restore(backup::RestoreArgs),
    /// Look everything over: bots, secrets, folder, disk, and the database from end to end. Changes nothing.
    ///
    /// Ends with 0 where all is well, 1 where something was found, 2 where it could not look.
    Doctor(doctor::DoctorArgs),
    /// Write chats into files that other programs read.
    Export(export::ExportArgs),
    /// List who has an account on a server, and make links for new ones.
    People(people::PeopleArgs),
    /// Show which webhooks did not arrive, and send them again.
    Webhooks(webhooks::WebhooksArgs),
    /// Take customers over from a CSV file, or write them into one.
    Contacts(contacts::ContactsArgs),
    /// Play conversations against a running server with many customers at once, and see how it bears it.
    ///
    /// Afterwards every chat is held against the journal: what was acknowledged must be there, once, in order. Ends with 0 where
    /// all is well, 1 where the server did not keep its word or a chat could not be played to its end.
    Bench(bench::BenchArgs),
    /// Try everything: a shop with a bot in its corner, and the inbox behind it.
    Demo {
        /// The folder of bots.
        #[arg(default_value = "flows")]
        path: PathBuf,
        #[command(flatten)]
        args: serve::ServeArgs,
        /// Where the demo shop listens.
        #[arg(long, default_value = "127.0.0.1:8081")]
        shop: SocketAddr,
    },
}

#[derive(Debug, Subcommand)]
enum TestCommand {
    /// Write a chat that happened down as a test, with made-up names, addresses and numbers.
    Save(save::SaveArgs),
}

/// Could not be run at all; 1 says that it ran and found mistakes.
const NOT_RUN: u8 = 2;

/// Runs the command that was asked for.
pub fn main() -> ExitCode {
    crate::fault::listen();
    let filter = tracing_subscriber::EnvFilter::try_from_env("RAPPORT_LOG").unwrap_or_else(|_| "warn".into());
    // A log that cannot be written, as on a full disk, must not end the thread that wanted to write it.
    let log = tracing_subscriber::fmt().with_env_filter(filter).log_internal_errors(false);
    log.with_writer(std::io::stderr).init();
    let result = match Cli::parse().command {
        Command::New { name } => new::run(&name),
        Command::Check(args) => check::run(&args),
        Command::Explain { code, color } => explain::run(code.as_deref(), color),
        Command::Chat(args) => chat::run(&args),
        Command::Test { more: Some(TestCommand::Save(args)), .. } => save::run(&args),
        Command::Test { path, args, .. } => test::run(&path.unwrap_or_default(), &args),
        Command::Understand { path, args } => understand::run(&path, &args),
        Command::Evaluate(args) => evaluate::run(&args),
        Command::Graph { path, args } => graph::run(&path, &args),
        Command::Fmt { paths, check, stdin } => fmt::run(&paths, check, stdin),
        Command::Lsp => lsp::run(),
        Command::Translate { path, language, write } => translate::run(&path, language.as_deref(), write),
        Command::Use(args) => use_::run(&args),
        Command::Import { what } => import::run(&what),
        Command::Knowledge { what } => knowledge::run(&what),
        Command::Steps => steps::run(),
        Command::Serve { path, args } => serve::run(&path, &args),
        Command::Backup(args) => backup::make(&args),
        Command::Restore(args) => backup::put_back(&args),
        Command::Doctor(args) => doctor::run(&args),
        Command::Export(args) => export::run(&args),
        Command::People(args) => people::run(&args),
        Command::Webhooks(args) => webhooks::run(&args),
        Command::Contacts(args) => contacts::run(&args),
        Command::Bench(args) => bench::run(&args),
        Command::Demo { path, args, shop } => demo::run(&path, &args, shop),
    };
    match result {
        Ok(code) => code,
        Err(problem) => {
            eprintln!("{problem:#}");
            ExitCode::from(NOT_RUN)
        }
    }
}
