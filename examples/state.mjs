// What a device keeps, and every way it changes. Pure: no network, no clock, no storage; `onsite.mjs` does those.

/** @typedef {{ wall_ms: number, monotonic_ms: number, boot_id: string }} FieldTime a reading of this device's clocks */
/** @typedef {{ op_id: string, version: number, at: FieldTime }} Stamp names one edit: what the person saw, and when */
/** @typedef {{ id: string, state: Record<string, any>, edited: Record<string, Stamp> }} Edit `edited`: by field */
/** @typedef {{ op_id: string, seq: number, kind: string, record: {type: string, id: string}, base_version: number,
 *    args: Record<string, any>, at: FieldTime }} Operation */
/** @typedef {{ said: Operation, outcome: any, acknowledged_ms?: number, epoch?: string }} Sent outcome null: pending */
/** @typedef {{ body: any, version?: number, streams: string[], tick: number }} Held body null: removed at that tick */
/** @typedef {{ device: string | null, key: any, seq: number, outbox: Sent[], epoch: string | null,
 *    cursor: string | null, tick: number, base: Record<string, Held>, touched: string[] }} Kept */

/** What a state-based edit may touch, by record type; the operation's kind is `<type>.patch`. */
export const EDITABLE = {
  job: ['contact_name', 'contact_phone', 'access_notes', 'diagnosis', 'result', 'title', 'address', 'priority'],
  customer: ['name', 'phone', 'address', 'access_notes'],
}
const KEPT_MS = 30 * 24 * 3600 * 1000

/** Ticks begin at the time, so that they are beyond those of an earlier installation that a library remembers.
 * @returns {Kept} */
export const nothingYet = (now_ms) => ({
  device: null,
  key: null,
  seq: 0,
  outbox: [],
  epoch: null,
  cursor: null,
  tick: now_ms,
  base: {},
  touched: [],
})

export const keyOf = ({ type, id }) => `${type}/${id}`
export const pending = (kept) => kept.outbox.filter((sent) => !sent.outcome)

/** Patch operations for the stamps that were not said yet (P-1).
 * @param {Kept} kept @param {string} type @param {Edit} edit */
export function queue(kept, type, edit) {
  const { id, state, edited } = edit
  const said = new Set(kept.outbox.map((sent) => sent.said.op_id))
  const fields = EDITABLE[type].filter((field) => edited[field] && !said.has(edited[field].op_id))
  const stamps = Object.fromEntries(fields.map((field) => [edited[field].op_id, edited[field]]))
  for (const { op_id, version, at } of Object.values(stamps).sort((a, b) => (a.op_id < b.op_id ? -1 : 1))) {
    const args = Object.fromEntries(fields.filter((f) => edited[f].op_id === op_id).map((f) => [f, state[f]]))
    const [seq, kind, record] = [++kept.seq, `${type}.patch`, { type, id }]
    kept.outbox.push({ said: { op_id, seq, kind, record, base_version: version, args, at }, outcome: null })
  }
}

/** An operation that is no change of fields; the record's version as the server last told it (P-3).
 * @param {Kept} kept @param {{ type: string, id: string }} record @param {Stamp} stamp */
export function perform(kept, kind, record, args, { op_id, at }) {
  const base_version = kept.base[keyOf(record)]?.version ?? 0
  kept.outbox.push({ said: { op_id, seq: ++kept.seq, kind, record, base_version, args, at }, outcome: null })
}

/** Takes an answer in; twice is as good as once (push step 11). */
export function acknowledge(kept, answer) {
  for (const outcome of answer.outcomes) {
    const sent = kept.outbox.find((each) => each.said.op_id === outcome.op_id && !each.outcome)
    if (!sent) continue
    Object.assign(sent, { outcome, acknowledged_ms: answer.server_time, epoch: answer.epoch })
    kept.touched.push(keyOf(sent.said.record))
  }
  const old = answer.server_time - KEPT_MS
  kept.outbox = kept.outbox.filter((sent) => !sent.outcome || sent.acknowledged_ms > old)
}

/** Whether a server of another epoch may lack operations it once acknowledged: they are pending again, with one that it
 * should know, by which it finds out if somebody else has spoken in our name meanwhile ("Restored servers"). */
export function compare(kept, { epoch, last_seq }) {
  if (epoch === kept.epoch || last_seq === null) return false
  kept.epoch = epoch
  const judged = kept.outbox.filter((sent) => sent.outcome)
  return reopen(kept, Math.min(last_seq, judged.at(-1)?.said.seq ?? 0))
}

/** Operations from `seq` on are pending again; false when there are none. */
export function reopen(kept, seq) {
  const again = kept.outbox.filter((sent) => sent.outcome && sent.said.seq >= seq)
  for (const sent of again) sent.outcome = null
  return again.length > 0
}

/** A new identity: what is pending, or was acknowledged by a server that may be another one, is numbered from 1 under
 * its old op_ids ("Forks and clones"). */
export function renumber(kept, device) {
  const again = kept.outbox.filter((sent) => !sent.outcome || sent.epoch !== kept.epoch)
  again.forEach((sent, index) => Object.assign(sent, { outcome: null, said: { ...sent.said, seq: index + 1 } }))
  Object.assign(kept, { device, seq: again.length, outbox: again })
}

/** The pages up to a checkpoint into the base, together with the cursor (pull steps 7 and 8). */
export function apply(kept, pages, afresh, cursor) {
  const { base } = kept
  const tick = ++kept.tick
  if (afresh) for (const held of Object.values(base)) held.streams = []
  for (const page of pages) {
    for (const held of Object.values(base)) held.streams = held.streams.filter((name) => page.streams.includes(name))
    for (const { stream, type, id, version, body } of page.changes) {
      const held = (base[`${type}/${id}`] ??= { body: null, streams: [], tick: 0 })
      held.streams = held.streams.filter((name) => name !== stream)
      if (!body) continue // it left this stream, perhaps not the others
      held.streams.push(stream)
      if (held.body?.version !== version || afresh) Object.assign(held, { body, tick })
    }
  }
  const waiting = new Set(pending(kept).map((sent) => keyOf(sent.said.record)))
  for (const [key, held] of Object.entries(base)) // step 8: not before its operations are judged
    if (held.body && !held.streams.length && !waiting.has(key)) Object.assign(held, { body: null, tick })
  for (const key of kept.touched) (base[key] ??= { body: null, streams: [], tick }).tick = tick
  Object.assign(kept, { cursor, touched: [] })
}

/** What changed after `tick`, of one record type. */
export function since(kept, tick, type) {
  const news = Object.entries(kept.base).filter(([key, held]) => held.tick > tick && key.startsWith(`${type}/`))
  return {
    changed: news.filter(([, held]) => held.body).map(([, held]) => held.body),
    removed: news.filter(([, held]) => !held.body).map(([key]) => key.slice(type.length + 1)),
    tick: kept.tick,
  }
}
