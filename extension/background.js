// Glue only: registers every listener while the worker starts, as browsers want
// it, and forwards each event to the one export of the Rust side. All logic is
// there.
import init, { handle } from "./background_core.js";

// The start of the wasm, shared by all events; forgotten if it failed, so that
// the next event tries again.
let started;

function start() {
  started ??= init().catch((error) => {
    started = undefined;
    throw error;
  });
  return started;
}

// Event in, reply out: both JSON. Always answers: a page that asked must not wait
// for ever, so what goes wrong out here is the fault "internal", as Rust writes it.
async function forward(event) {
  try {
    await start();
    return await handle(event);
  } catch (error) {
    console.error(error);
    const text = { key: "fault_internal", args: [String(error?.message ?? error)] };
    return JSON.stringify({ Err: { class: "bug", text, context: "background.js" } });
  }
}

// Loaded while the event is on its way that the worker is started for. If it fails,
// `forward` tries again and tells it.
start().catch(() => {});

const tell = (event) => void forward(JSON.stringify(event));

chrome.runtime.onInstalled.addListener(({ reason }) => tell({ Installed: { first: reason === "install" } }));
chrome.runtime.onStartup.addListener(() => tell("Startup"));
chrome.alarms.onAlarm.addListener(({ name }) => tell({ Alarm: name }));

chrome.runtime.onMessage.addListener((message, sender, sendResponse) => {
  // Only our own pages are answered, and only what asks.
  if (sender.id !== chrome.runtime.id || typeof message?.ask !== "string") return false;
  // The page's own JSON goes in as it is.
  forward(`{"Ask":${message.ask}}`).then(sendResponse);
  return true;
});
