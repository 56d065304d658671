// What the test does from within the extension, in a page that is nothing else: it
// asks the worker, hears it, and reads, copies and puts back the database.

const finished = (request) =>
  new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });

async function database(work) {
  const base = await finished(indexedDB.open("pimento"));
  try {
    return await work(base);
  } finally {
    base.close();
  }
}

// All rows of all stores, each with its key.
const everything = () =>
  database(async (base) => {
    const names = [...base.objectStoreNames];
    const transaction = base.transaction(names);
    const rows = names.map(async (name) => {
      const store = transaction.objectStore(name);
      const [keys, values] = await Promise.all([finished(store.getAllKeys()), finished(store.getAll())]);
      return [name, keys.map((key, n) => [key, values[n]])];
    });
    return Object.fromEntries(await Promise.all(rows));
  });

let aside;
const setAside = async () => void (aside = await everything());
// The database as it was when it was set aside.
const putBack = () =>
  database(async (base) => {
    const transaction = base.transaction([...base.objectStoreNames], "readwrite");
    for (const [name, rows] of Object.entries(aside)) {
      const store = transaction.objectStore(name);
      store.clear();
      for (const [key, value] of rows) store.keyPath === null ? store.put(value, key) : store.put(value);
    }
    await new Promise((done, failed) => {
      transaction.oncomplete = done;
      transaction.onabort = () => failed(transaction.error);
    });
  });

const all = (heads) => heads.flatMap(([, row]) => JSON.parse(row.heads));

// What is here, its texts as texts.
async function here() {
  const { heads, texts, kept, runs } = await everything();
  const text = (bytes) => (bytes === undefined ? null : new TextDecoder().decode(bytes));
  // Of an item without a number the row is its own; else it is the member of that number.
  const textsOf = ({ id }) => {
    const [batch, number] = id.split(".");
    const row = (key) => texts.find(([there]) => there === key)?.[1];
    return number === undefined ? row(id) : row(`${batch}.${number >> 6}.${(number & 63) >> 4}`)?.[number];
  };
  return {
    items: all(heads).map((head) => {
      const { base, edit } = textsOf(head) ?? {};
      return { ...head, base: text(base), changed: text(edit) };
    }),
    kept: kept.map(([, row]) => text(row.text)),
    runs: runs.map(([, run]) => run).reverse(),
  };
}

async function ask(what) {
  const reply = JSON.parse(await chrome.runtime.sendMessage({ ask: JSON.stringify(what) }));
  if (!("Ok" in reply)) throw new Error(JSON.stringify(reply));
  return reply.Ok;
}

// Changes one field of the item by the form, as the workspace does.
async function edit(href, field, value) {
  const { heads } = await everything();
  const { id } = all(heads).find((head) => head.href === href);
  const was = (await ask({ Open: { id, of: null } })).Fields;
  const [[kind, fields]] = Object.entries(was);
  await ask({ Edit: { id, reach: "All", was, fields: { [kind]: { ...fields, [field]: value } } } });
}

async function remove(href) {
  const { heads } = await everything();
  const { id } = all(heads).find((head) => head.href === href);
  await ask({ Delete: { id, reach: "All" } });
}

const lastRun = async () => (await here()).runs[0];

// How the run is that was begun last: "going", "held" at a write, or "ended".
const progress = (now) => void (document.documentElement.dataset.progress = now);
new BroadcastChannel("death").onmessage = () => progress("held");

let begun;
new BroadcastChannel("pimento").onmessage = async ({ data }) => {
  if (JSON.parse(data) !== "Run" || !begun) return;
  const { before, ended } = begun;
  const run = await lastRun();
  // Not a run before, nor one that was begun while the last was looked up.
  if (ended !== begun.ended || !(run?.started > before) || run.outcome === "Running") return;
  progress("ended");
  ended(run);
};

// Begins a run that is to be held at a write, if `hold` names one. Its end is promised
// in an object: the page does not wait for it.
async function begin(hold) {
  const before = (await lastRun())?.started ?? 0;
  const end = new Promise((ended) => (begun = { before, ended }));
  progress("going");
  if (hold) await chrome.runtime.sendMessage({ hold });
  await ask("Synchronize");
  return { end };
}

// Runs to the end; how it went.
const run = async () => (await (await begin()).end).outcome;

// Waits until the browser has given back the lock of a worker that is gone.
const unlocked = () => navigator.locks.request("pimento-run", () => {});

window.death = { setAside, putBack, here, ask, edit, remove, begin, run, unlocked };
document.documentElement.dataset.ready = true;
