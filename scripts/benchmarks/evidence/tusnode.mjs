// @tus/server with @tus/file-store as its own documentation starts it: node tusnode.mjs MODULES PORT FOLDER [kept]
// `kept`: its own hook takes SHA-256 of the file and waits for the disk, file and folder, before the last answer.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';

const [modules, port, directory, kept] = process.argv.slice(2);
const installed = createRequire(`${modules}/`);
const load = (name) => import(pathToFileURL(installed.resolve(name)).href);
const { Server } = await load('@tus/server');
const { FileStore } = await load('@tus/file-store');

async function sync(path) {
  const opened = await open(path);
  await opened.sync();
  await opened.close();
}

async function onUploadFinish(_request, upload) {
  const path = join(directory, upload.id);
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), createHash('sha256'));
  await sync(path);
  await sync(directory);
  return {};
}

const options = { path: '/files', datastore: new FileStore({ directory }), ...(kept && { onUploadFinish }) };
new Server(options).listen({ host: '127.0.0.1', port: Number(port) });
