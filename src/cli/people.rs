//! `rapport people`: who has an account, and links for whoever cannot ask a lead: a first owner, a forgotten password.
use super::out;
use super::serve;
use crate::runtime::people::{Deed, Invitation, Open, Role};
use crate::runtime::ports::Store;
use crate::runtime::{hashed, secret};
use crate::time::{Clock, SystemClock};
use anyhow::{Context, Result, anyhow, bail};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

const INVITED: Duration = Duration::from_secs(3 * 24 * 3600);

#[derive(Debug, clap::Args)]
pub struct PeopleArgs {
    #[command(subcommand)]
    what: PeopleCommand,
    /// The server's folder for chats and accounts. The server may go on running.
    #[arg(long, default_value = "data", env = "RAPPORT_DATA", global = true)]
    data: PathBuf,
}

#[derive(Debug, clap::Subcommand)]
enum PeopleCommand {
    /// List who has an account, and the links that still work.
    List,
    /// Make a link by which somebody makes an account. It works once, for three days.
    Invite {
        /// owner, lead, agent, author or viewer.
        #[arg(long)]
        role: String,
        #[command(flatten)]
        at: At,
    },
    /// Make a link by which somebody who has an account chooses a new password.
    NewPassword {
        /// The account's e-mail address.
        email: String,
        #[command(flatten)]
        at: At,
    },
}

#[derive(Debug, clap::Args)]
struct At {
    /// How people reach the server, like https://chat.shop.example.
    #[arg(long, default_value = "http://127.0.0.1:8080", env = "RAPPORT_PUBLIC_URL")]
    public_url: String,
}

pub fn run(args: &PeopleArgs) -> Result<ExitCode> {
    let file = serve::store_file(&args.data);
    if !file.exists() {
        bail!("There are no accounts in {}. Name the server's folder with --data.", args.data.display());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let store = serve::store(&args.data).context("The accounts cannot be read")?;
        match &args.what {
            PeopleCommand::List => list(&*store).await,
            PeopleCommand::Invite { role, at } => {
                let words = "Write one of: owner, lead, agent, author, viewer.";
                let role = Role::read(role).ok_or_else(|| anyhow!("There is no role `{role}`. {words}"))?;
                let invitation = Invitation { role, note: "made at the command line".into(), ..Invitation::first() };
                link(&*store, invitation, "invited", role.word(), at).await
            }
            PeopleCommand::NewPassword { email, at } => {
                let email = email.trim().to_lowercase();
                let people = store.people().everybody().await?;
                let person = people.into_iter().find(|p| p.email == email);
                let person = person.ok_or_else(|| anyhow!("Nobody has an account with the address {email}."))?;
                let role = person.place.role;
                let invitation = Invitation { role, renews: Some(person.id), ..Invitation::first() };
                link(&*store, invitation, "new_password_link", &person.name, at).await
            }
        }
    })?;
    Ok(ExitCode::SUCCESS)
}

async fn list(store: &dyn Store) -> Result<()> {
    for person in store.people().everybody().await? {
        let role = if person.place.active { person.place.role.word() } else { "no access" };
        out::line(&format!("{:<10} {} <{}>", role, person.name, person.email))?;
    }
    for Open { invitation, .. } in store.people().invitations(SystemClock.now()).await? {
        let what = if invitation.renews.is_some() { "a link for a new password" } else { "a link for a new account" };
        out::line(&format!("{:<10} {what} {}", invitation.role.word(), invitation.note))?;
    }
    Ok(())
}

async fn link(store: &dyn Store, invitation: Invitation, what: &str, about: &str, at: &At) -> Result<()> {
    let token = secret().map_err(|e| anyhow!("{e}"))?;
    let now = SystemClock.now();
    store.people().invite(hashed(&token), now + INVITED, invitation).await?;
    let (name, what, about) = ("the command line".to_owned(), what.to_owned(), about.to_owned());
    store.people().record(Deed { id: 0, at: now, who: None, name, what, about }).await?;
    out::line("It works once, for three days:")?;
    out::line(&format!("{}/welcome/{token}", at.public_url.trim_end_matches('/')))?;
    Ok(())
}
