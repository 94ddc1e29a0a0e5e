// The part of an Onsite client that a state-based database lacks: an identity, an outbox of operations, and what the
// server holds. Steps and numbers are those of docs/sync-protocol.md; docs/integrating.md says why each is there.
// No dependencies.
//
// What is kept (`state.mjs`) lies under one key of `storage` ({ getItem(key), setItem(key, text) }, either may be a
// promise), so that every change of it is one write (K-2). Each person needs a storage of their own (E-4). Run it in one
// tab: RxDB's leader election, or navigator.locks, sees to that.

import { signed } from './signing.mjs'
import * as state from './state.mjs'

export { EDITABLE } from './state.mjs'

const BATCH = 50
const BOOT_ID = crypto.randomUUID() // one process is one boot here; a phone has a better one

/** @typedef {{ url: string, token: () => Promise<string>, storage: any, fetch?: typeof globalThis.fetch }} Parts */

export class Problem extends Error {
  constructor(status, body) {
    super(`${status} ${body.code}: ${body.detail ?? body.title}`)
    this.status = status
    this.code = body.code
    this.extra = body.extra
  }
}

/** @returns {state.FieldTime} */
const now = () => ({ wall_ms: Date.now(), monotonic_ms: Math.round(performance.now()), boot_id: BOOT_ID })

/** To be kept with an edit, in the same transaction, for each field it changed. State-based libraries hand in states,
 * late and more than once: only the stamp still knows which edit it was, when, and over what. @returns {state.Stamp} */
export const stamp = (version) => ({ op_id: uuid7(), version, at: now() })

export class Onsite {
  /** @type {Problem | null} why the last `sync` did not do all it should */
  refusal = null
  #exchange = Promise.resolve() // one exchange at a time

  /** Opens what is kept, and enrols this device when it is not yet. `token()` gives a valid access token.
   * @param {Parts} parts */
  static async open(parts) {
    const kept = JSON.parse((await parts.storage.getItem('onsite')) ?? 'null') ?? state.nothingYet(Date.now())
    const onsite = new Onsite(parts, kept)
    if (!kept.device) await onsite.#enrol()
    return onsite
  }

  /** @param {Parts} parts @param {state.Kept} kept */
  constructor({ url, token, storage, fetch = globalThis.fetch }, kept) {
    this.url = url
    this.token = token
    this.storage = storage
    this.fetch = fetch
    this.kept = kept
  }

  /** Hands in what waits and catches up to a checkpoint; `since` then tells of it. A refused push never stops a pull, nor
   * the reverse (P-25, V-2): what the server refused stands in `refusal`, for the person. Throws without a network. */
  sync() {
    return this.#alone(async () => {
      this.refusal = null
      await this.#push().catch(this.#orNotNow)
      await this.#pull().catch(this.#orNotNow)
    })
  }

  /** What changed after `tick`, for one record type. The same tick gives the same answer until the next `sync`, so it
   * is a checkpoint for RxDB and a `lastPulledAt` for WatermelonDB; the cursor stays ours (pull step 7). */
  since(tick, type) {
    return state.since(this.kept, tick, type)
  }

  /** Turns edited states into patch operations, one for each stamp, and hands them in. Returns when each was judged,
   * else throws; called again with the same edits it says nothing twice. Afterwards the records are told again by
   * `since`, as the server has them: so a lost conflict, or an edit nobody may make, reaches the screen.
   * @param {'job' | 'customer'} type @param {state.Edit[]} edits */
  edit(type, edits) {
    return this.#alone(async () => {
      for (const edit of edits) state.queue(this.kept, type, edit)
      this.touch(type, edits.map((edit) => edit.id))
      await this.#save() // durable before it is sent (push step 1)
      await this.#push()
    })
  }

  /** Completes a job with what the customer was shown and signed (`facts`: members of the manifest, `job_id` among them).
   * The photos it names follow by themselves. Returns the outcome. */
  complete(facts) {
    return this.#alone(async () => {
      const manifest = { form: 2, outcome: 'completed', photos: [], ...facts }
      const record = { type: 'job', id: facts.job_id }
      state.perform(this.kept, 'job.complete', record, await signed(manifest, this.kept.key), stamp(0))
      this.touch('job', [record.id])
      await this.#save()
      await this.#push()
      return this.outcomeOf('job', record.id)
    })
  }

  /** Has `since` tell of these records again after the next `sync`. */
  touch(type, ids) {
    this.kept.touched.push(...ids.map((id) => `${type}/${id}`))
  }

  /** What became of the newest operation on a record; null when there is none. */
  outcomeOf(type, id) {
    return this.kept.outbox.findLast((sent) => state.keyOf(sent.said.record) === `${type}/${id}`)?.outcome ?? null
  }

  /** Calls back whenever there may be news, until `signal` aborts. Losing a poke loses nothing (S-2), but what changed
   * while the line was down was told to nobody, so it calls back for each new line as well (S-3). */
  async listen(onPoke, signal) {
    for (let pause = 1000; !signal?.aborted; pause = Math.min(2 * pause, 60_000)) {
      try {
        const response = await this.#fetched('/sync/stream', { signal })
        pause = 500
        onPoke()
        // A `data:` cut in two between chunks is missed, and that is no harm.
        for await (const text of response.body.pipeThrough(new TextDecoderStream())) if (/^data:/m.test(text)) onPoke()
      } catch {
        // no network, or the line broke; W-6: at random, so that not all come at once
      }
      await new Promise((resolve) => setTimeout(resolve, pause * Math.random()))
    }
  }

  async #push() {
    let size = BATCH
    for (let batch; (batch = state.pending(this.kept).slice(0, size)).length; ) {
      const operations = batch.map((sent) => sent.said)
      try {
        const body = { device_id: this.kept.device, sent_at: now(), operations } // read anew for every attempt (P-6)
        await this.#take(await this.#asked('/sync/push', { method: 'POST', body: JSON.stringify(body) }), operations[0])
      } catch (fault) {
        if (fault.code === 'forked' || fault.code === 'device_unknown') {
          if (fault.extra?.epoch !== this.kept.epoch) this.kept.epoch = null // what it still knows of us is in doubt
          await this.#enrol()
        } else if ([400, 413, 422].includes(fault.status) && batch.length > 1) size = batch.length >> 1
        else throw fault
      }
    }
  }

  async #take(answer, first) {
    const again = state.compare(this.kept, answer) // before its outcomes are taken in
    state.acknowledge(this.kept, answer)
    await this.#save()
    if (answer.expected_seq !== null && answer.expected_seq < first.seq) {
      if (state.reopen(this.kept, answer.expected_seq) && this.#next() === answer.expected_seq) return
      this.kept.epoch = null // it is not kept any more: the identity cannot go on (push step 6)
      await this.#enrol()
    } else if (!again && this.#next() === first.seq) throw new Error('nothing was judged')
  }

  async #pull() {
    let [cursor, staged, afresh] = [this.kept.cursor, [], !this.kept.cursor]
    const restart = (from) => ([cursor, staged, afresh] = [from, [], !from])
    for (;;) {
      const query = new URLSearchParams({ device_id: this.kept.device, ...(cursor && { cursor }) })
      try {
        const page = await this.#asked(`/sync/pull?${query}`)
        if (state.compare(this.kept, page)) {
          await this.#push() // the server has come back from a backup: teach it again, then read afresh
          restart(null)
          continue
        }
        staged.push(page)
        cursor = page.cursor
        if (!page.checkpoint) continue // step 5: nothing changes before it
        if (!state.pending(this.kept).some((sent) => sent.said.seq <= page.last_seq)) break
        await this.#push() // step 6: the outcome was lost
        restart(this.kept.cursor)
      } catch (fault) {
        if (fault.code !== 'cursor_expired') throw fault
        await this.#push().catch(this.#orNotNow) // step 9: hand in first, then start afresh
        restart(null)
      }
    }
    state.apply(this.kept, staged, afresh, cursor)
    await this.#save()
  }

  /** A new identity. The key stays, as completions may be signed with it; a browser keeps it better as a CryptoKey
   * that cannot be exported. */
  async #enrol() {
    this.kept.key ??= await newKey()
    const { kty, crv, x, y } = this.kept.key
    const body = JSON.stringify({ public_key: { kty, crv, x, y }, name: 'example' })
    state.renumber(this.kept, (await this.#asked('/devices', { method: 'POST', body })).id)
    await this.#save()
  }

  #next = () => state.pending(this.kept)[0]?.said.seq
  #save = () => this.storage.setItem('onsite', JSON.stringify(this.kept))

  /** A login that ended (E-3), a revoked device, an app too old to read: all is kept. */
  #orNotNow = (fault) => {
    if (!(fault instanceof Problem)) throw fault
    this.refusal = fault
  }

  #alone(work) {
    const done = this.#exchange.then(work)
    this.#exchange = done.catch(() => {})
    return done
  }

  async #fetched(path, init = {}) {
    const said = { 'content-type': 'application/json', 'onsite-protocol': '1' }
    const headers = { ...said, authorization: `Bearer ${await this.token()}` }
    const response = await this.fetch(this.url + path, { headers, ...init })
    if (!response.ok) throw new Problem(response.status, await response.json())
    return response
  }

  #asked = async (path, init = {}) => (await this.#fetched(path, init)).json()
}

async function newKey() {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
  return crypto.subtle.exportKey('jwk', pair.privateKey)
}

let named = 0

/** Sorts after every one before it, also within a millisecond: edits become operations in this order. */
function uuid7() {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  named = Math.max(named + 1, Date.now())
  new DataView(bytes.buffer).setBigUint64(0, (BigInt(named) << 16n) | BigInt((bytes[6] << 8) | bytes[7]))
  bytes[6] = 0x70 | (bytes[6] & 0x0f)
  bytes[8] = 0x80 | (bytes[8] & 0x3f)
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
