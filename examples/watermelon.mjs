// WatermelonDB, unmodified: synchronize() with Onsite. docs/integrating.md tells why.

import watermelon from '@nozbe/watermelondb'
import loki from '@nozbe/watermelondb/adapters/lokijs/index.js'
import { schemaMigrations } from '@nozbe/watermelondb/Schema/migrations/index.js'
import { synchronize } from '@nozbe/watermelondb/sync/index.js'

import { EDITABLE, stamp } from './onsite.mjs'

const { Database, Model, Q, appSchema, tableSchema } = watermelon
const TABLES = { jobs: 'job', customers: 'customer' }

/** The fields people edit are columns; all others are read in `body`, JSON as the server sent it. */
export const schema = appSchema({
  version: 1,
  tables: Object.entries(TABLES).map(([name, type]) =>
    tableSchema({
      name,
      columns: [
        { name: 'version', type: 'number' },
        ...EDITABLE[type].map((field) => ({ name: field, type: field === 'priority' ? 'number' : 'string', isOptional: true })),
        { name: 'body', type: 'string' },
        { name: 'edited', type: 'string', isOptional: true },
      ],
    }),
  ),
})

/** A synced record. Edit it by `edit` alone. */
class Synced extends Model {
  get body() {
    return JSON.parse(this._raw.body)
  }

  /** WatermelonDB pulls before it pushes and writes the new `version` over the old one, so by then it is unknown what
   * the person was looking at: that, and when, is noted with the edit, by field. */
  edit(fields) {
    return this.database.write(() =>
      this.update(() => {
        const edit = stamp(this._raw.version)
        const unsent = this.syncStatus === 'updated' ? JSON.parse(this._raw.edited) : {}
        for (const [field, value] of Object.entries(fields)) {
          this._setRaw(field, value)
          unsent[field] = edit
        }
        this._setRaw('edited', JSON.stringify(unsent))
      }),
    )
  }
}
class Job extends Synced {
  static table = 'jobs'
}
class Customer extends Synced {
  static table = 'customers'
}

export function openDatabase(name = 'onsite') {
  const Adapter = loki.default ?? loki
  const migrations = schemaMigrations({ migrations: [] })
  const adapter = new Adapter({ schema, migrations, dbName: name, useWebWorker: false, useIncrementalIndexedDB: true })
  return new Database({ adapter, modelClasses: [Job, Customer] })
}

/** Pulls, pushes, and, when something was pushed, pulls what became of it.
 * @param {import('./onsite.mjs').Onsite} onsite */
export async function sync(database, onsite) {
  let pushed = false
  const once = () =>
    synchronize({
      database,
      sendCreatedAsUpdated: true, // the server sends records, not the history of who made them when
      migrationsEnabledAtVersion: 1,
      /** `lastPulledAt` is our tick, null at first. After a migration all is told again, to fill new columns: the module
       * keeps whole bodies. */
      async pullChanges({ lastPulledAt, migration }) {
        await onsite.sync()
        const from = migration ? 0 : (lastPulledAt ?? 0)
        const changes = {}
        let timestamp
        for (const [table, type] of Object.entries(TABLES)) {
          const { changed, removed, tick } = onsite.since(from, type)
          const unsent = await edited(database, table, removed)
          onsite.touch(type, unsent) // to be told of again once the edit is judged (guarantee 7)
          const deleted = removed.filter((id) => !unsent.includes(id))
          changes[table] = { created: [], updated: changed.map((body) => toRaw(type, body)), deleted }
          timestamp = tick
        }
        return { changes, timestamp }
      },
      /** Called again with the same changes when it throws; `onsite.edit` says nothing twice. Nothing is rejected by
       * `experimentalRejectedIds`: it would be pushed for ever. What the server did not take is undone by the pull. */
      async pushChanges({ changes }) {
        pushed = true
        for (const [table, type] of Object.entries(TABLES)) {
          const { created, updated, deleted } = changes[table]
          await onsite.edit(type, updated.map(toEdit))
          onsite.touch(type, [...created.map(({ id }) => id), ...deleted]) // no operation makes or deletes a record
        }
      },
    })
  await once()
  if (pushed) await once()
}

/** Those of `ids` with edits that were not handed in: WatermelonDB would delete them together with the record. */
async function edited(database, table, ids) {
  const unsent = Q.and(Q.where('id', Q.oneOf(ids)), Q.where('_status', 'updated'))
  return database.get(table).query(unsent).fetchIds()
}

const toRaw = (type, body) => ({
  id: body.id,
  version: body.version,
  ...Object.fromEntries(EDITABLE[type].map((field) => [field, body[field]])),
  body: JSON.stringify(body),
  edited: null,
})

const toEdit = (raw) => ({ id: raw.id, state: raw, edited: JSON.parse(raw.edited ?? '{}') })
