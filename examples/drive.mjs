// Drives one of the examples by lines of JSON, for tests/examples: reads { do, … } from standard input and answers each
// with one line. `node drive.mjs rxdb|watermelon` with ONSITE_URL, ONSITE_TOKEN and ONSITE_STATE (a file to keep things).

import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { createInterface } from 'node:readline'

import { Onsite } from './onsite.mjs'

const { ONSITE_URL: url, ONSITE_TOKEN, ONSITE_STATE: path } = process.env
let token = ONSITE_TOKEN
const faults = []
let offline = false

/** The real network, except that replies can be lost, or be waited for in vain. */
async function network(address, init) {
  if (offline) throw new TypeError('there is no network')
  const fault = String(address).includes('/sync/push') ? faults.shift() : undefined
  const response = await fetch(address, init)
  if (fault === 'lose') throw new TypeError('the reply was lost')
  if (fault === 'hang') {
    say({ hanging: true })
    await new Promise(() => {})
  }
  return response
}

/** As a browser's localStorage: what was set is there after a crash. */
const storage = {
  getItem(key) {
    try {
      return JSON.parse(readFileSync(path, 'utf8'))[key] ?? null
    } catch {
      return null
    }
  },
  setItem(key, text) {
    const file = openSync(`${path}.new`, 'w')
    writeSync(file, JSON.stringify({ [key]: text }))
    fsyncSync(file)
    closeSync(file)
    renameSync(`${path}.new`, path)
  },
}

/** Time passes for this device: its clocks can be put forward. */
let passed = 0
const [wall, monotonic] = [Date.now, performance.now.bind(performance)]
Date.now = () => wall() + passed
performance.now = () => monotonic() + passed

console.log = console.error // what libraries say is not an answer
const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`)

async function rxdb(onsite) {
  const { openDatabase } = await import('./rxdb.mjs')
  const { getRxStorageMemory } = await import('rxdb/plugins/storage-memory')
  const { database, replications, reSync } = await openDatabase(onsite, getRxStorageMemory(), { retryTime: 50 })
  await Promise.all(replications.map((replication) => replication.awaitInitialReplication()))
  const faultsSeen = []
  for (const replication of replications) replication.error$.subscribe((error) => faultsSeen.push(String(error)))
  return {
    async sync() {
      reSync()
      for (const replication of [...replications, ...replications]) await replication.awaitInSync()
    },
    attempt: () => new Promise((resolve) => setTimeout(resolve, 150)), // it pushes by itself
    list: async (table) => (await database[table].find().exec()).map((document) => document.toJSON()),
    edit: async (table, id, fields) => void (await (await database[table].findOne(id).exec()).incrementalPatch(fields)),
    remove: async (table, id) => void (await (await database[table].findOne(id).exec()).remove()),
  }
}

async function watermelon(onsite) {
  const { openDatabase, sync } = await import('./watermelon.mjs')
  const database = openDatabase()
  const find = (table, id) => database.get(table).find(id)
  await sync(database, onsite)
  return {
    sync: () => sync(database, onsite),
    attempt: () => sync(database, onsite).catch(() => {}),
    list: async (table) =>
      (await database.get(table).query().fetch()).map((record) => ({ ...record._raw, body: record.body })),
    edit: async (table, id, fields) => void (await (await find(table, id)).edit(fields)),
    remove: (table, id) => database.write(async () => (await find(table, id)).markAsDeleted()),
  }
}

const onsite = await Onsite.open({ url, storage, token: async () => token, fetch: network })
const app = await { rxdb, watermelon }[process.argv[2]](onsite)
const deeds = {
  ...app,
  token: (given) => void (token = given),
  refusal: () => onsite.refusal?.code,
  wait: (ms) => void (passed += ms),
  offline: (now) => void (offline = now),
  fault: (kind) => void faults.push(kind),
  device: () => onsite.kept.device,
  complete: (facts) => onsite.complete(facts),
  outcome: (type, id) => onsite.outcomeOf(type, id),
  /** A poke after the one for the line itself. */
  poked: () => {
    const enough = new AbortController()
    let pokes = 0
    return onsite.listen(() => void (++pokes === 2 && enough.abort()), enough.signal)
  },
}
say({ ready: true })
for await (const line of createInterface({ input: process.stdin })) {
  const [deed, ...args] = JSON.parse(line)
  try {
    say({ done: (await deeds[deed](...args)) ?? null })
  } catch (fault) {
    say({ failed: fault.code ?? String(fault) })
  }
}
process.exit(0)
