// tsdav as somebody would use it who keeps a copy in step. Arguments: tsdav's folder,
// and a file with { url, user, password, state, puts: [[path, text]] }. The state is
// what is here, and the account as it was found by the first run.
import { readFile, rename, writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";

const [folder, taskFile] = process.argv.slice(2);
const dav = await import(pathToFileURL(`${folder}/dist/tsdav.mjs`));
const { url, user, password, state, puts } = JSON.parse(await readFile(taskFile));

const headers = dav.getBasicAuthHeaders({ username: user, password });
const before = await readFile(state).then(JSON.parse, () => undefined);
const find = (accountType) => dav.createAccount({ account: { serverUrl: url, accountType }, headers });
const caldav = before?.caldav ?? (await find("caldav"));
const carddav = before?.carddav ?? (await find("carddav"));
let { calendars, books } = before ?? {};

if (before) {
  calendars = await dav.syncCalendars({ account: caldav, oldCalendars: calendars, headers });
  // There is no such function for address books: the same, by hand.
  const remote = await dav.fetchAddressBooks({ account: carddav, headers });
  books = await Promise.all(
    books.map(async (book) => {
      const now = remote.find((other) => other.url === book.url);
      if (now.syncToken === book.syncToken && now.ctag === book.ctag) return book;
      const collection = { ...book, reports: now.reports, objectMultiGet: dav.addressBookMultiGet };
      const synced = await dav.smartCollectionSync({ collection, account: carddav, headers });
      return { ...synced, ctag: now.ctag, syncToken: now.syncToken };
    }),
  );
  const objects = [...calendars, ...books].flatMap((collection) => collection.objects);
  for (const [path, text] of puts) {
    const object = objects.find((object) => new URL(object.url).pathname === path);
    const answer = path.endsWith(".vcf")
      ? await dav.updateVCard({ vCard: { ...object, data: text }, headers })
      : await dav.updateCalendarObject({ calendarObject: { ...object, data: text }, headers });
    if (!answer.ok) throw new Error(`PUT ${path}: ${answer.status}`);
    Object.assign(object, { data: text, etag: answer.headers.get("etag") ?? object.etag });
  }
} else {
  // Without a filter of its own it asks for events alone.
  const filters = [{ "comp-filter": { _attributes: { name: "VCALENDAR" } } }];
  calendars = await dav.fetchCalendars({ account: caldav, headers });
  for (const calendar of calendars) calendar.objects = await dav.fetchCalendarObjects({ calendar, filters, headers });
  books = await dav.fetchAddressBooks({ account: carddav, headers });
  for (const book of books) book.objects = await dav.fetchVCards({ addressBook: book, headers });
}

// A new state takes the place of the old one at once, or not at all.
await writeFile(`${state}.part`, JSON.stringify({ caldav, carddav, calendars, books }));
await rename(`${state}.part`, state);
