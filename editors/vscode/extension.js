// Starts `rapport lsp` and lets the editor talk to it.
const { workspace } = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

exports.activate = async () => {
  const command = workspace.getConfiguration("rapport").get("path", "rapport");
  const watcher = workspace.createFileSystemWatcher("**/{*.flow,bot.yaml,integrations.yaml,philosophy.yaml}");
  client = new LanguageClient(
    "rapport",
    "rapport",
    { command, args: ["lsp"] },
    {
      documentSelector: [
        { scheme: "file", language: "rapport-flow" },
        { scheme: "file", pattern: "**/{bot,integrations,philosophy}.yaml" },
      ],
      synchronize: { fileEvents: watcher },
    },
  );
  await client.start();
};

exports.deactivate = () => client?.stop();
