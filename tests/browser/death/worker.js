// Goes into the worker of the extension under test, before anything else: holds it
// at one write to IndexedDB, so that it can be stopped exactly there. `within`: the
// transaction has written and is not committed; `after`: it is committed, and the
// worker has not learned it. Told by a page which one; tells it when it is there.
const channel = new BroadcastChannel("death");
const counted = new WeakSet();
let left = -1;
let within = true;

chrome.runtime.onMessage.addListener((message, _sender, answer) => {
  if (typeof message?.hold?.write !== "number") return false;
  left = message.hold.write;
  within = message.hold.within;
  answer(true);
});

for (const name of ["put", "delete"]) {
  const write = IDBObjectStore.prototype[name];
  IDBObjectStore.prototype[name] = function (...args) {
    const request = write.apply(this, args);
    if (!counted.has(this.transaction)) {
      counted.add(this.transaction);
      if (left-- === 0) hold(this, request);
    }
    return request;
  };
}

function hold(store, request) {
  const there = () => channel.postMessage("held");
  if (within) {
    // A transaction does not end while there is a request under way in it.
    const more = () => (store.count().onsuccess = more);
    more();
    request.addEventListener("success", there);
  } else {
    // Before anybody else's listeners, which then hear nothing.
    const committed = (event) => {
      event.stopImmediatePropagation();
      there();
    };
    store.transaction.addEventListener("complete", committed, { capture: true });
  }
}
