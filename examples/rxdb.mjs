// RxDB, unmodified: two collections replicated with Onsite. docs/integrating.md tells why.

import { createRxDatabase } from 'rxdb/plugins/core'
import { replicateRxCollection } from 'rxdb/plugins/replication'
import { Subject } from 'rxjs'

import { EDITABLE, stamp } from './onsite.mjs'

const TEXTS = Object.fromEntries(
  [...new Set(Object.values(EDITABLE).flat())].map((field) => [field, { type: field === 'priority' ? 'integer' : 'string' }]),
)

/** The fields people edit stand at the top; all others are read in `body`, as the server sent them. */
const schema = (type) => ({
  title: type,
  version: 0,
  primaryKey: 'id',
  type: 'object',
  properties: {
    id: { type: 'string', maxLength: 36 },
    version: { type: 'integer' },
    ...Object.fromEntries(EDITABLE[type].map((field) => [field, TEXTS[field]])),
    body: { type: 'object' },
    edited: { type: 'object' },
  },
  required: ['id', 'version'],
})

/** @param {import('./onsite.mjs').Onsite} onsite @param {any} rxStorage of RxDB, such as getRxStorageMemory() */
export async function openDatabase(onsite, rxStorage, { name = 'onsite', retryTime = 5000, ignoreDuplicate = false } = {}) {
  const database = await createRxDatabase({ name, storage: rxStorage, ignoreDuplicate })
  const collections = await database.addCollections({ jobs: { schema: schema('job') }, customers: { schema: schema('customer') } })
  const pokes$ = new Subject()
  const replications = [
    replicate(collections.jobs, 'job', onsite, pokes$, retryTime),
    replicate(collections.customers, 'customer', onsite, pokes$, retryTime),
  ]
  return { database, replications, reSync: () => pokes$.next('RESYNC') }
}

function replicate(collection, type, onsite, pokes$, retryTime) {
  // RxDB pushes states, at any later time: which edit it was is noted as it is made, by field.
  collection.preSave((document, before) => {
    const edit = stamp(before.version)
    const changed = EDITABLE[type].filter((field) => document[field] !== before[field])
    document.edited = { ...before.edited, ...Object.fromEntries(changed.map((field) => [field, edit])) }
  }, false)

  return replicateRxCollection({
    collection,
    replicationIdentifier: `onsite-${type}`,
    live: true,
    waitForLeadership: true, // one tab replicates, so one tab uses the outbox
    retryTime,
    pull: {
      /** RxDB stores the documents, then the checkpoint: asked again after a crash, `since` answers the same. All of a
       * consistent state comes at once, whatever the batch size: half of it would be a state that never was. */
      async handler(checkpoint) {
        await onsite.sync()
        const { changed, removed, tick } = onsite.since(checkpoint?.tick ?? 0, type)
        const gone = removed.map((id) => ({ id, version: 0, _deleted: true }))
        return { documents: [...changed.map((body) => toDocument(type, body)), ...gone], checkpoint: { tick } }
      },
      stream$: pokes$,
    },
    push: {
      /** No conflict is ever returned: the server merges, and what it made of the edit comes with the next pull. RxDB
       * leaves a document alone that has unsent edits; `onsite.edit` has it told again, so nothing passes unseen. */
      async handler(rows) {
        await onsite.edit(type, rows.filter(mayBeSaid).map(toEdit))
        onsite.touch(type, rows.map((row) => row.newDocumentState.id))
        pokes$.next('RESYNC')
        return []
      },
    },
  })
}

const toDocument = (type, body) => ({
  id: body.id,
  version: body.version,
  ...Object.fromEntries(EDITABLE[type].filter((field) => body[field] !== null).map((field) => [field, body[field]])),
  body,
})

/** There is no operation that makes or deletes a synced record: such a row is not sent, and undone by the next pull. */
const mayBeSaid = (row) => row.assumedMasterState && !row.newDocumentState._deleted

const toEdit = ({ newDocumentState: state }) => ({ id: state.id, state, edited: state.edited ?? {} })
