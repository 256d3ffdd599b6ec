/** The store's file in its folder; SQLite keeps `-wal` beside it while it is open. */
export const storeFileName = "events.db";
