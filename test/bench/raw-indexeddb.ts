// The limit that pause and resume are held against: as many bytes put into IndexedDB and got back with nothing around it,
// in records of 1 MiB, in one strict transaction.

const RECORD_BYTES = 1024 * 1024;
const DATABASE = "raw-benchmark";

export async function rawStore(bytes: number) {
  await done(indexedDB.deleteDatabase(DATABASE));
  const open = indexedDB.open(DATABASE);
  open.onupgradeneeded = () => open.result.createObjectStore("records");
  const database = await done(open);
  const records = Array.from({ length: Math.ceil(bytes / RECORD_BYTES) }, () => new Uint8Array(RECORD_BYTES));
  for (const record of records) {
    for (let at = 0; at < RECORD_BYTES; at += 65_536) crypto.getRandomValues(record.subarray(at, at + 65_536));
  }
  return {
    async put(): Promise<void> {
      const transaction = database.transaction("records", "readwrite", { durability: "strict" });
      records.forEach((record, key) => {
        transaction.objectStore("records").put(record, key);
      });
      await new Promise<void>((resolve, reject) => {
        transaction.oncomplete = () => resolve();
        transaction.onabort = () => reject(transaction.error);
      });
    },
    async get(): Promise<void> {
      const store = database.transaction("records").objectStore("records");
      await Promise.all(records.map((_, key) => done(store.get(key))));
    },
    async remove(): Promise<void> {
      database.close();
      await done(indexedDB.deleteDatabase(DATABASE));
    },
  };
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
