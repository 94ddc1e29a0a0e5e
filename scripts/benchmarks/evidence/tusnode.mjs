// @tus/server with @tus/file-store as its own documentation starts it: node tusnode.mjs MODULES PORT FOLDER [durable]
// `durable`: its own hook waits for the disk, file and folder, before the last answer.
import { open } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [modules, port, directory, durable] = process.argv.slice(2);
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
  await sync(join(directory, upload.id));
  await sync(directory);
  return {};
}

const options = { path: '/files', datastore: new FileStore({ directory }), ...(durable && { onUploadFinish }) };
new Server(options).listen({ host: '127.0.0.1', port: Number(port) });
