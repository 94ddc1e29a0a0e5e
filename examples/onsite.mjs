// The part of an Onsite client that a state-based database lacks: an identity, an outbox of operations, and what the
// server holds. Steps are those of docs/sync-protocol.md; docs/integrating.md says why each is there. No dependencies.
//
// What is kept lies under one key of `storage` ({ getItem(key), setItem(key, text) }, either may be a promise), so that
// every change of it is one write (K-2). Each person needs a storage of their own (E-4). Run it in one tab: RxDB's leader
// election, or navigator.locks, sees to that.

/** @typedef {{ wall_ms: number, monotonic_ms: number, boot_id: string }} FieldTime a reading of this device's clocks */
/** @typedef {{ op_id: string, version: number, at: FieldTime }} Stamp names one edit: what the person saw, and when */
/** @typedef {{ id: string, state: Record<string, any>, edited: Record<string, Stamp> }} Edit `edited`: by field */
/** @typedef {{ op_id: string, seq: number, kind: string, record: {type: string, id: string}, base_version: number,
 *    args: Record<string, any>, at: FieldTime }} Operation */
/** @typedef {{ said: Operation, outcome: any, acknowledged_ms?: number }} Kept */

/** What a state-based edit may touch, by record type; the operation's kind is `<type>.patch`. */
export const EDITABLE = {
  job: ['contact_name', 'contact_phone', 'access_notes', 'diagnosis', 'result', 'title', 'address', 'priority'],
  customer: ['name', 'phone', 'address', 'access_notes'],
}
const BATCH = 50
const KEPT_MS = 30 * 24 * 3600 * 1000
const BOOT_ID = crypto.randomUUID() // one process is one boot here; a phone has a better one

export class Problem extends Error {
  constructor(status, body) {
    super(`${status} ${body.code}: ${body.detail ?? body.title}`)
    Object.assign(this, { status, code: body.code, extra: body.extra })
  }
}

/** @returns {FieldTime} */
const now = () => ({ wall_ms: Date.now(), monotonic_ms: Math.round(performance.now()), boot_id: BOOT_ID })

/** To be kept with an edit, in the same transaction, for each field it changed. State-based libraries hand in states,
 * late and more than once: only the stamp still knows which edit it was, when, and over what. @returns {Stamp} */
export const stamp = (version) => ({ op_id: uuid7(), version, at: now() })

export class Onsite {
  /** @type {Problem | null} why the last `sync` did not do all it should */
  refusal = null
  #exchange = Promise.resolve() // one exchange at a time

  /** Opens what is kept, and enrols this device when it is not yet. `token()` gives a valid access token.
   * @param {{ url: string, token: () => Promise<string>, storage: any, fetch?: typeof fetch }} options */
  static async open({ url, token, storage, fetch = globalThis.fetch }) {
    const kept = JSON.parse((await storage.getItem('onsite')) ?? 'null')
    // Ticks begin at the time, so that they are beyond those of an earlier installation that the library remembers.
    const tick = Date.now()
    const fresh = { device: null, seq: 0, outbox: [], epoch: null, cursor: null, tick, base: {}, touched: [] }
    const onsite = Object.assign(new Onsite(), { url, token, storage, fetch, kept: kept ?? fresh })
    if (!onsite.kept.device) await onsite.#enrol()
    return onsite
  }

  /** Hands in what waits and catches up to a checkpoint; `since` then tells of it. A refused push never stops a pull, nor
   * the reverse (P-25, V-2): what the server refused stands in `refusal`, for the person. Throws without a network. */
  sync() {
    return this.#alone(async () => {
      this.refusal = null
      const orNotNow = (fault) => {
        if (!(fault instanceof Problem)) throw fault
        this.refusal = fault // a login that ended (E-3), a revoked device, an app too old: all is kept
      }
      await this.#push().catch(orNotNow)
      await this.#pull().catch(orNotNow)
    })
  }

  /** What changed after `tick`, for one record type. The same tick gives the same answer until the next `sync`, so it
   * is a checkpoint for RxDB and a `lastPulledAt` for WatermelonDB; the cursor stays ours (pull step 7). */
  since(tick, type) {
    const news = Object.entries(this.kept.base).filter(([key, r]) => r.tick > tick && key.startsWith(`${type}/`))
    return {
      changed: news.filter(([, r]) => r.body).map(([, r]) => r.body),
      removed: news.filter(([, r]) => !r.body).map(([key]) => key.slice(type.length + 1)),
      tick: this.kept.tick,
    }
  }

  /** Turns edited states into patch operations, one for each stamp, and hands them in. Returns when each was judged,
   * else throws; called again with the same edits it says nothing twice. Afterwards the records are told again by
   * `since`, as the server has them: so a lost conflict, or an edit nobody may make, reaches the screen.
   * @param {'job' | 'customer'} type @param {Edit[]} edits */
  edit(type, edits) {
    return this.#alone(async () => {
      for (const edit of edits) this.#queue(type, edit)
      this.touch(type, edits.map((edit) => edit.id))
      await this.#save() // durable before it is sent (push step 1)
      await this.#push()
    })
  }

  /** Has `since` tell of these records again after the next `sync`. */
  touch(type, ids) {
    this.kept.touched.push(...ids.map((id) => `${type}/${id}`))
  }

  /** What became of the newest operation on a record; null when there is none. */
  outcomeOf(type, id) {
    return this.kept.outbox.findLast((kept) => keyOf(kept.said.record) === `${type}/${id}`)?.outcome ?? null
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

  #queue(type, { id, state, edited }) {
    const said = new Set(this.kept.outbox.map((kept) => kept.said.op_id))
    const fields = EDITABLE[type].filter((field) => edited[field] && !said.has(edited[field].op_id))
    const stamps = Object.fromEntries(fields.map((field) => [edited[field].op_id, edited[field]]))
    for (const { op_id, version, at } of Object.values(stamps).sort((a, b) => (a.op_id < b.op_id ? -1 : 1))) {
      const args = Object.fromEntries(fields.filter((f) => edited[f].op_id === op_id).map((f) => [f, state[f]]))
      const [seq, kind, record] = [++this.kept.seq, `${type}.patch`, { type, id }]
      this.kept.outbox.push({ said: { op_id, seq, kind, record, base_version: version, args, at }, outcome: null })
    }
  }

  async #push() {
    let size = BATCH
    for (let batch; (batch = this.#pending().slice(0, size)).length; ) {
      const operations = batch.map((kept) => kept.said)
      try {
        const body = { device_id: this.kept.device, sent_at: now(), operations } // read anew for every attempt
        const answer = await this.#asked('/sync/push', { method: 'POST', body: JSON.stringify(body) })
        const first = operations[0]
        const again = this.#forgotten(answer) // before its outcomes are taken in
        this.#acknowledge(answer)
        if (answer.expected_seq !== null && answer.expected_seq < first.seq) await this.#reopen(answer.expected_seq)
        else if (!again && this.#pending()[0]?.said.seq === first.seq) throw new Error('nothing was judged')
        await this.#save()
      } catch (fault) {
        if (fault.code === 'forked' || fault.code === 'device_unknown') {
          if (fault.extra?.epoch !== this.kept.epoch) this.kept.epoch = null // what it still knows of us is in doubt
          await this.#enrol()
        }
        else if ([400, 413, 422].includes(fault.status) && batch.length > 1) size = batch.length >> 1
        else throw fault
      }
    }
  }

  async #pull() {
    let [cursor, staged, afresh] = [this.kept.cursor, [], !this.kept.cursor]
    const restart = (from) => ([cursor, staged, afresh] = [from, [], !from])
    for (;;) {
      const query = new URLSearchParams({ device_id: this.kept.device, ...(cursor && { cursor }) })
      try {
        const page = await this.#asked(`/sync/pull?${query}`)
        if (this.#forgotten(page)) {
          await this.#push() // the server has come back from a backup: teach it again, then read afresh
          restart(null)
          continue
        }
        staged.push(page)
        cursor = page.cursor
        if (!page.checkpoint) continue // step 5: nothing changes before it
        if (!this.#pending().some((kept) => kept.said.seq <= page.last_seq)) break
        await this.#push() // step 6: the outcome was lost
        restart(this.kept.cursor)
      } catch (fault) {
        if (fault.code !== 'cursor_expired') throw fault
        await this.#push().catch((refusal) => (this.refusal = refusal)) // step 9: hand in first, then start afresh
        restart(null)
      }
    }
    this.#apply(staged, afresh, cursor)
    await this.#save()
  }

  #apply(pages, afresh, cursor) {
    const { base } = this.kept
    const tick = ++this.kept.tick
    if (afresh) for (const record of Object.values(base)) record.streams = []
    for (const page of pages) {
      for (const r of Object.values(base)) r.streams = r.streams.filter((stream) => page.streams.includes(stream))
      for (const { stream, type, id, version, body } of page.changes) {
        const record = (base[`${type}/${id}`] ??= { body: null, streams: [], tick: 0 })
        record.streams = record.streams.filter((name) => name !== stream)
        if (!body) continue // it left this stream, perhaps not the others
        record.streams.push(stream)
        if (record.body?.version !== version || afresh) Object.assign(record, { body, tick })
      }
    }
    const waiting = new Set(this.#pending().map((kept) => keyOf(kept.said.record)))
    for (const [key, record] of Object.entries(base)) // step 8: not before its operations are judged
      if (record.body && !record.streams.length && !waiting.has(key)) Object.assign(record, { body: null, tick })
    for (const key of this.kept.touched) (base[key] ??= { body: null, streams: [] }).tick = tick
    Object.assign(this.kept, { cursor, touched: [] })
  }

  #acknowledge(answer) {
    for (const outcome of answer.outcomes) {
      const kept = this.kept.outbox.find((each) => each.said.op_id === outcome.op_id && !each.outcome)
      if (!kept) continue
      Object.assign(kept, { outcome, acknowledged_ms: answer.server_time, epoch: answer.epoch })
      this.kept.touched.push(keyOf(kept.said.record))
    }
    const old = answer.server_time - KEPT_MS // step 11
    this.kept.outbox = this.kept.outbox.filter((kept) => !kept.outcome || kept.acknowledged_ms > old)
  }

  /** Whether a server of another epoch may lack operations it once acknowledged: they are pending again, with one that
   * it should know, by which it finds out if somebody else has spoken in our name meanwhile (pull step 10). */
  #forgotten({ epoch, last_seq }) {
    if (epoch === this.kept.epoch || last_seq === null) return false
    this.kept.epoch = epoch
    const judged = this.kept.outbox.filter((kept) => kept.outcome)
    const from = Math.min(last_seq, judged.at(-1)?.said.seq ?? 0)
    const again = judged.filter((kept) => kept.said.seq >= from)
    for (const kept of again) kept.outcome = null
    return again.length > 0
  }

  async #reopen(seq) {
    const again = this.kept.outbox.filter((kept) => kept.said.seq >= seq)
    if (again[0]?.said.seq !== seq) {
      this.kept.epoch = null // it is not kept any more: the identity cannot go on
      return this.#enrol()
    }
    for (const kept of again) kept.outcome = null
  }

  /** A new identity; what is pending, or may be unknown, keeps its op_ids and is numbered from 1 ("Forks and clones"). The
   * key stays, as completions may be signed with it; a browser keeps it better as a CryptoKey that cannot be exported. */
  async #enrol() {
    this.kept.key ??= await newKey()
    const { kty, crv, x, y } = this.kept.key
    const body = JSON.stringify({ public_key: { kty, crv, x, y }, name: 'example' })
    const { id } = await this.#asked('/devices', { method: 'POST', body })
    const again = this.kept.outbox.filter((kept) => !kept.outcome || kept.epoch !== this.kept.epoch)
    again.forEach((kept, index) => Object.assign(kept, { outcome: null, said: { ...kept.said, seq: index + 1 } }))
    Object.assign(this.kept, { device: id, seq: again.length, outbox: again })
    await this.#save()
  }

  #pending = () => this.kept.outbox.filter((kept) => !kept.outcome)
  #save = () => this.storage.setItem('onsite', JSON.stringify(this.kept))

  #alone(work) {
    const done = this.#exchange.then(work)
    this.#exchange = done.catch(() => {})
    return done
  }

  async #fetched(path, init) {
    const said = { 'content-type': 'application/json', 'onsite-protocol': '1' }
    const headers = { ...said, authorization: `Bearer ${await this.token()}` }
    const response = await this.fetch(this.url + path, { headers, ...init })
    if (!response.ok) throw new Problem(response.status, await response.json())
    return response
  }

  #asked = async (path, init) => (await this.#fetched(path, init)).json()
}

const keyOf = ({ type, id }) => `${type}/${id}`

async function newKey() {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
  return crypto.subtle.exportKey('jwk', pair.privateKey)
}

function uuid7() {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  new DataView(bytes.buffer).setBigUint64(0, (BigInt(Date.now()) << 16n) | BigInt(bytes[6] << 8 | bytes[7]))
  bytes[6] = 0x70 | (bytes[6] & 0x0f)
  bytes[8] = 0x80 | (bytes[8] & 0x3f)
  return [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
