/** Sends what photos the office waits for, by itself, as long as the page is there: as soon as it is online and has
 * taken what names them, one by one, the newest signature first, from where the office has them. And asks how far what
 * was signed is, until it is sealed. */
import { effect, signal, type ReadonlySignal } from "@preact/signals";
import { answer, type Api } from "../../shared/api/client";
import type { Session } from "../../shared/api/session";
import type { HandedIn as Told } from "../../shared/api/types";
import { backoff } from "../../shared/feed/backoff";
import type { Contact } from "../phone/phone";
import { rememberLargest, type HandedIn, type Photo, type PhotoBox } from "../photos/box";
import { aloneAmongTabs, type Alone } from "./alone";
import { due, unsettled } from "./order";
import type { send, Sent } from "./send";

/** What is being sent in this tab. */
export interface Progress {
  readonly id: string;
  readonly sent: number;
  readonly size: number;
}

export interface Uploading {
  readonly progress: ReadonlySignal<Progress | null>;
  /** Now, whatever was said against it before. */
  retryNow(): void;
  stop(): void;
}

/** Of a phone, what sending needs. */
export interface Sender {
  readonly user: { readonly id: string };
  readonly session: Pick<Session, "token" | "state">;
  readonly api: Pick<Api, "GET">;
  readonly contact: ReadonlySignal<Contact>;
  readonly photos: PhotoBox;
}

export interface KeepParts {
  readonly load?: () => Promise<{ readonly send: typeof send }>;
  readonly alone?: Alone;
}

const ANOTHER_TAB_MS = 5_000;
const REFUSED_MS = 60_000;
const MOST_ASKED = 50;
/** Until what was signed is sealed; from the beginning again whenever something came of it. */
const ASK_AFTER_MS = [1_500, 4_000, 15_000, 60_000, 300_000] as const;
const BEAT = "onsite.uploading";
const BEAT_MS = 5_000;
const HUNG_MS = 90_000;

export function keepUploading(sender: Sender, parts: KeepParts = {}): Uploading {
  const uploads = new Uploads(sender, parts);
  uploads.start();
  return uploads;
}

class Uploads implements Uploading {
  readonly progress = signal<Progress | null>(null);
  readonly #sender: Sender;
  readonly #load: () => Promise<{ readonly send: typeof send }>;
  readonly #alone: Alone;
  readonly #stopping = new AbortController();
  readonly #postponed = new Map<string, number>();
  #unwatch: () => void = () => undefined;
  #running = false;
  #again = false;
  #failures = 0;
  #notBefore = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #askTimer: ReturnType<typeof setTimeout> | undefined;
  #asks = 0;
  #asked = "";
  #beat = 0;

  constructor(sender: Sender, parts: KeepParts) {
    this.#sender = sender;
    this.#load = parts.load ?? (() => import("./send"));
    this.#alone = parts.alone ?? aloneAmongTabs(`onsite-upload:${sender.user.id}`, isHung);
  }

  start(): void {
    this.#unwatch = effect(() => {
      const { photos, statements } = this.#sender.photos;
      const online = this.#sender.contact.value.state === "online";
      const names = `${online} ${this.#unsettled(photos.value, statements.value).join(" ")}`;
      if (online) void this.#wake(names);
      else {
        this.#asked = "";
        this.#notBefore = 0; // a network that comes back is worth a try at once
      }
    });
  }

  retryNow(): void {
    this.#failures = 0;
    this.#notBefore = 0;
    this.#postponed.clear();
    this.#asked = "";
    const troubled = [...this.#sender.photos.photos.peek().values()].filter(
      ({ state, trouble }) => state === "signed" && trouble !== null,
    );
    void Promise.all(troubled.map(({ id, sent }) => this.#sender.photos.progressed(id, sent))).then(() => this.#wake());
  }

  stop(): void {
    this.#stopping.abort();
    this.#unwatch();
    clearTimeout(this.#timer);
    clearTimeout(this.#askTimer);
  }

  /** `names`: of what is to be asked for; asked at once when it is something else than the last time. */
  async #wake(names?: string): Promise<void> {
    if (names !== undefined && names !== this.#asked) {
      this.#asked = names;
      this.#asks = 0;
      this.#askIn(0);
    }
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = true;
    try {
      do {
        this.#again = false;
        await this.#sendAll();
      } while (this.#isWantedAgain() && !this.#isStopped());
    } finally {
      this.#running = false;
      this.progress.value = null;
    }
  }

  #isStopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  #isWantedAgain(): boolean {
    return this.#again;
  }

  async #sendAll(): Promise<void> {
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      const photo = next;
      const came = await this.#alone(() => this.#send(photo)).catch(() => null);
      if (came === null) {
        this.#wakeIn(ANOTHER_TAB_MS);
        return;
      }
      if (came.kind === "later" && !this.#moved(photo)) {
        this.#failures += 1;
        this.#wakeIn(backoff(this.#failures, Math.random()));
        return;
      }
      this.#failures = 0;
    }
    const present = Date.now();
    const later = this.#due().flatMap(({ id }) => this.#postponed.get(id) ?? []);
    if (present >= this.#notBefore && later.length > 0) this.#lookAgainIn(Math.max(0, Math.min(...later) - present));
  }

  #next(): Photo | undefined {
    const present = Date.now();
    const online = this.#sender.contact.peek().state === "online";
    if (this.#isStopped() || !online || present < this.#notBefore) return undefined;
    return this.#due().find(({ id }) => (this.#postponed.get(id) ?? 0) <= present);
  }

  #due(): Photo[] {
    const { photos, statements } = this.#sender.photos;
    return due(photos.peek().values(), statements.peek());
  }

  /** Whether some of it went through: then the line is worth another try at once. */
  #moved({ id, sent }: Photo): boolean {
    return (this.#sender.photos.photos.peek().get(id)?.sent ?? 0) > sent;
  }

  async #send(photo: Photo): Promise<Sent> {
    const { photos } = this.#sender;
    const { id, sha256, job_id, size } = photo;
    if (photos.photos.peek().get(id)?.state !== "signed") return { kind: "there" }; // another tab was quicker
    const content = await photos.content(id);
    if (content === null) {
      await photos.progressed(id, 0, "digest_mismatch");
      return { kind: "refused", code: "digest_mismatch" };
    }
    const { send } = await this.#load();
    let sent = photo.sent;
    let url = await photos.uploadOf(id);
    let kept: Promise<void> = Promise.resolve();
    this.progress.value = { id, sent, size };
    this.#beatOn();
    const came = await send({
      ...{ content, sha256, job_id, url, endpoint: `${location.origin}/uploads`, signal: this.#stopping.signal },
      token: (stale) => this.#token(stale),
      largest: rememberLargest,
      begun: (begun) => {
        url = begun;
        kept = photos.uploading(id, begun);
      },
      progress: (bytes) => {
        sent = bytes;
        this.progress.value = { id, sent, size };
        this.#beatOn();
      },
    });
    this.#beat = 0;
    localStorage.removeItem(BEAT);
    await kept;
    await this.#takeIn(photo, came, sent);
    return came;
  }

  /** In this person's name or not at all: another tab may have logged somebody else in meanwhile. */
  #token(stale?: string | null): Promise<string | null> {
    const { user, session } = this.#sender;
    const state = session.state.peek();
    return state.kind === "in" && state.user.id === user.id ? session.token(stale) : Promise.resolve(null);
  }

  async #takeIn({ id }: Photo, came: Sent, sent: number): Promise<void> {
    const { photos } = this.#sender;
    if (came.kind === "there") {
      await photos.received(id);
      this.#asks = 0;
      this.#askIn(ASK_AFTER_MS[0]);
    } else if (came.kind === "later")
      await photos.progressed(id, sent, came.code === "storage_full" ? came.code : null);
    else {
      this.#postponed.set(id, Date.now() + REFUSED_MS);
      // Not signed for, as far as the office knows: its statement is on the way.
      await photos.progressed(id, 0, came.code === "photo_not_expected" ? null : came.code);
      if (came.code === "digest_mismatch") await photos.uploading(id, null);
    }
  }

  /** Nothing is sent before. */
  #wakeIn(ms: number): void {
    this.#notBefore = Date.now() + ms;
    this.#lookAgainIn(ms);
  }

  #lookAgainIn(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#wake(), ms);
  }

  #beatOn(): void {
    const present = Date.now();
    if (present - this.#beat < BEAT_MS) return;
    this.#beat = present;
    localStorage.setItem(BEAT, String(present));
  }

  // ---- how far it is

  #unsettled(photos: ReadonlyMap<string, Photo>, statements: PhotoBox["statements"]["value"]): string[] {
    const standing = this.#sender.photos.handedIn.peek();
    return unsettled(statements, photos.values(), (op_id) => isOver(standing.get(op_id))).slice(0, MOST_ASKED);
  }

  #askIn(ms: number): void {
    clearTimeout(this.#askTimer);
    this.#askTimer = setTimeout(() => void this.#ask(), ms);
  }

  async #ask(): Promise<void> {
    const { photos, api, contact } = this.#sender;
    const ids = this.#unsettled(photos.photos.peek(), photos.statements.peek());
    if (ids.length === 0 || contact.peek().state !== "online" || this.#isStopped()) return;
    const told = await answer(api.GET("/evidence/handed-in", { params: { query: { ids } } }));
    if (told.ok) await photos.heard(told.data.map(asStanding));
    if (this.#isStopped()) return;
    this.#askIn(ASK_AFTER_MS[Math.min(this.#asks, ASK_AFTER_MS.length - 1)] ?? 0);
    this.#asks += 1;
  }
}

/** Nothing more is to be heard of it. One that does not hold is never sealed. */
function isOver(standing: HandedIn | undefined): boolean {
  if (standing === undefined) return false;
  return standing.sealed_at !== null || (!standing.valid && standing.photos.every(({ state }) => state !== "awaited"));
}

export function asStanding({ id, job_id, kind, valid, fault, received_at, photos, seal }: Told): HandedIn {
  return {
    ...{ op_id: id, job_id, kind, valid, fault, received_at },
    sealed_at: seal?.sealed_at ?? null,
    code: seal?.code ?? null,
    photos: photos.map(({ sha256, state, code }) => ({ sha256, state, code: code ?? null })),
  };
}

function isHung(): boolean {
  const beat = Number(localStorage.getItem(BEAT));
  return beat > 0 && Date.now() - beat > HUNG_MS;
}
