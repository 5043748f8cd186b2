import type { Schema } from '../store/database.ts';

/** What WebDAV keeps: properties that clients set, and files that live here alone. */
export const webDavSchema: Schema = {
  module: 'webdav',
  migrations: [
    `CREATE TABLE webdav_property (
       resource TEXT NOT NULL,
       namespace TEXT NOT NULL,
       name TEXT NOT NULL,
       xml TEXT NOT NULL,
       PRIMARY KEY (resource, namespace, name)
     ) WITHOUT ROWID;
     CREATE TABLE webdav_local_file (
       id INTEGER PRIMARY KEY AUTOINCREMENT,
       parent_id INTEGER NOT NULL,
       name TEXT NOT NULL,
       content BLOB NOT NULL,
       size INTEGER NOT NULL,
       created_at INTEGER NOT NULL,
       modified_at INTEGER NOT NULL,
       version INTEGER NOT NULL,
       UNIQUE (parent_id, name)
     );`,
  ],
};
