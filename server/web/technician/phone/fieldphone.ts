/** The phone over a store that is open: what its parts tell each other. */
import { computed, effect, signal, untracked, type ReadonlySignal } from "@preact/signals";
import type { Api } from "../../shared/api/client";
import type { Problem } from "../../shared/api/problem";
import type { Session } from "../../shared/api/session";
import type { User } from "../../shared/api/types";
import type { Ear } from "../../shared/feed/pokes";
import {
  DeviceKey,
  keepOurData,
  NoKey,
  Replica,
  room as roomHere,
  TECHNICIANS_RULES,
  type FieldTime,
  type Keeping,
  type RecordKey,
  type Store,
  type Transport,
} from "../../shared/replica";
import type { JsonObject } from "../../shared/replica/json";
import type { Turns } from "../../shared/replica/turns";
import type { Drafts } from "../finish/drafts";
import type { PhotoBox } from "../photos/box";
import { keepUploading, type Uploading } from "../uploads/keep";
import { enrolDevice } from "./enrolling";
import { noteFault } from "./faultlog";
import { hearing } from "./hearing";
import { Holding } from "./holding";
import { lastContact, rememberContact } from "./lastcontact";
import type { Performed, Phone, Room, Trouble } from "./phone";
import { localProblem } from "./refusals";
import { Syncing } from "./syncing";

const ROOM_EVERY_MS = 300_000;
const UNDO_MARGIN_MS = 50; // beyond its end, so that it is over when we look

export interface FieldParts {
  readonly user: User;
  readonly session: Session;
  readonly api: Api;
  readonly clock: () => FieldTime;
  readonly transport: Transport;
  readonly listen: (ear: Ear, stop: AbortSignal) => Promise<void>;
  readonly openDrafts: () => Promise<Drafts>;
  readonly openPhotos: (replica: Replica) => Promise<PhotoBox>;
  readonly memory: Storage;
  readonly turns?: Turns;
}

export class FieldPhone implements Phone {
  readonly user: User;
  readonly session: Session;
  readonly api: Api;
  readonly replica: Replica;
  readonly jobs: Phone["jobs"];
  readonly customers: Phone["customers"];
  readonly units: Phone["units"];
  readonly cards: Phone["cards"];
  readonly types: Phone["types"];
  readonly faults: Phone["faults"];
  readonly reviews: Phone["reviews"];
  readonly complete: Phone["complete"];
  readonly waiting: Phone["waiting"];
  readonly judged: Phone["judged"];
  readonly outcomes: Phone["outcomes"];
  readonly news: Phone["news"];
  readonly undoable: Phone["undoable"];
  readonly contact: Phone["contact"];
  readonly trouble: ReadonlySignal<Trouble | null>;
  readonly keeping = signal<Keeping>("unknown");
  readonly room = signal<Room | null>(null);
  readonly clockAhead: ReadonlySignal<number | null>;
  readonly uploads: Uploading;
  readonly clock: () => FieldTime;
  readonly #store: Store;
  readonly #holding: Holding;
  readonly #syncing: Syncing;
  readonly #endings: (() => void)[] = [];
  readonly #closing = new AbortController();
  readonly closed = this.#closing.signal;
  #identity: string | null = null;

  /** Reads what is there before it answers, so that the first view is a full one. */
  static async over(store: Store, parts: FieldParts): Promise<FieldPhone> {
    let syncing: Syncing | null = null;
    const heard = {
      answered: (ahead: number | null): void => syncing?.answered(ahead),
      silent: (): void => syncing?.silent(),
    };
    const { user, clock, transport, turns } = parts;
    const replica = new Replica({
      ...{ store, clock, rules: TECHNICIANS_RULES, transport: hearing(transport, heard) },
      actor: { kind: "field", user_id: user.id, technician_id: user.technician_id },
      ...(turns === undefined ? {} : { turns }),
    });
    const holding = new Holding(replica, store, noteFault);
    const [drafts, photos] = await Promise.all([parts.openDrafts(), parts.openPhotos(replica), holding.read()]);
    const phone = new FieldPhone({ store, replica, holding, drafts, photos }, parts);
    syncing = phone.#syncing;
    phone.#start();
    return phone;
  }

  readonly drafts: Drafts;
  readonly photos: PhotoBox;

  private constructor(
    kept: { store: Store; replica: Replica; holding: Holding; drafts: Drafts; photos: PhotoBox },
    { user, session, api, clock, listen, memory }: FieldParts,
  ) {
    const { store, replica, holding } = kept;
    this.user = user;
    this.session = session;
    this.api = api;
    this.clock = clock;
    this.replica = replica;
    this.drafts = kept.drafts;
    this.photos = kept.photos;
    this.#store = store;
    this.#holding = holding;
    this.jobs = holding.of("job");
    this.customers = holding.of("customer");
    this.units = holding.of("unit");
    this.cards = holding.of("unit_card");
    this.types = holding.of("job_type");
    this.faults = holding.of("fault_code");
    this.reviews = holding.of("review");
    this.complete = holding.complete;
    this.waiting = holding.waiting;
    this.judged = holding.judged;
    this.outcomes = holding.outcomes;
    this.news = holding.news;
    this.undoable = holding.undoable;
    const syncing = new Syncing({
      replica,
      enrolAnew: () => this.#adopt(),
      listen,
      mayTry: () => session.standing.peek() !== "ended",
      last: lastContact(user.id, memory),
      remember: (last) => {
        rememberContact(user.id, last, memory);
      },
      noteFault,
    });
    this.#syncing = syncing;
    this.contact = syncing.contact;
    this.clockAhead = syncing.clockAhead;
    this.trouble = computed(() => pressing(syncing.trouble.value, session.standing.value === "ended"));
    this.uploads = keepUploading(this);
  }

  perform(
    kind: string,
    record: RecordKey,
    args: JsonObject,
    how: { readonly undoMs?: number } = {},
  ): Promise<Performed> {
    return this.keep((replica) => replica.enqueue(kind, record, args, how));
  }

  async keep(act: (replica: Replica) => Promise<string>): Promise<Performed> {
    try {
      const op_id = await act(this.replica).catch(async (fault: unknown) => {
        if (!(fault instanceof NoKey) || (await this.#getKey()) !== null) throw fault;
        return await act(this.replica);
      });
      await this.#holding.read();
      this.#syncing.soon();
      return { ok: true, op_id };
    } catch (fault) {
      noteFault(fault);
      return { ok: false, problem: localProblem(fault) };
    }
  }

  async withdraw(op_id: string): Promise<boolean> {
    const withdrawn = await this.replica.withdraw(op_id);
    await this.#holding.read();
    return withdrawn;
  }

  markSeen(op_ids: readonly string[]): Promise<void> {
    return this.replica.markSeen(op_ids);
  }

  syncSoon(): void {
    this.#syncing.soon();
  }

  askToKeep(): Promise<Keeping> {
    return this.#measure(true);
  }

  enrolAnew(): Promise<Problem | null> {
    return this.#adopt();
  }

  deviceId(): Promise<string> {
    return this.#store.deviceId();
  }

  /** The database has gone to a newer version of the app, in another tab. */
  superseded(): void {
    this.#syncing.superseded();
  }

  close(): void {
    this.#closing.abort();
    for (const end of this.#endings) end();
    this.uploads.stop();
    this.#syncing.stop();
    this.photos.close();
    this.drafts.close();
    this.replica.close();
  }

  #start(): void {
    const measuring = setInterval(() => void this.#measure(false), ROOM_EVERY_MS);
    this.#endings.push(
      () => {
        clearInterval(measuring);
      },
      effect(() => this.#afterUndo()),
      this.replica.watch(() => void this.#lookAtIdentity()),
      effect(() => {
        if (this.contact.value.state !== "online" || this.trouble.value !== null) return;
        untracked(() => void this.#getKey().catch(noteFault)); // long before somebody has to sign
      }),
      // Logged in again, here or in another tab.
      this.session.standing.subscribe((standing) => {
        if (standing !== "ended") this.#syncing.soon();
      }),
    );
    void this.#measure(false);
    void this.#lookAtIdentity();
    this.#syncing.start();
  }

  /** Another tab may have set this phone up anew. */
  async #lookAtIdentity(): Promise<void> {
    const identity = await this.#store.deviceId().catch(() => this.#identity);
    const changed = this.#identity !== null && this.#identity !== identity;
    this.#identity = identity;
    if (changed) this.#syncing.enrolled();
  }

  async #measure(again: boolean): Promise<Keeping> {
    this.keeping.value = await keepOurData(again);
    this.room.value = await roomHere();
    return this.keeping.value;
  }

  /** An older app enrolled without a key, or this browser has lost it: with a network there is a new one, and a new
   * identity to go with it. Null: there is a key. */
  async #getKey(): Promise<Problem | null> {
    return (await this.#store.deviceKey()) === null ? await this.#adopt() : null;
  }

  /** What could be taken back goes out once its time is over. */
  #afterUndo(): (() => void) | undefined {
    const undoable = this.undoable.value;
    if (undoable === null) return undefined;
    const over = (): void => {
      void this.#holding.read();
      this.#syncing.soon();
    };
    const timer = setTimeout(over, Math.max(0, undoable.until_ms - Date.now()) + UNDO_MARGIN_MS);
    return () => {
      clearTimeout(timer);
    };
  }

  // Keeps R-1 of docs/sync-protocol.md.
  /** With the key there is; a device that was enrolled by an older app, without one, gets one. */
  async #adopt(): Promise<Problem | null> {
    const known = await this.#store.deviceKey();
    const key = known ?? (await DeviceKey.generate());
    const enrolled = await enrolDevice(this.api, key);
    if (!enrolled.ok) return enrolled.problem;
    await this.replica.adoptIdentity(enrolled.data, known === null ? key : undefined);
    await this.#lookAtIdentity();
    return null;
  }
}

const BEFORE_LOGIN: ReadonlySet<Trouble | null> = new Set(["superseded", "revoked", "handed_in"]);

function pressing(trouble: Trouble | null, ended: boolean): Trouble | null {
  return ended && !BEFORE_LOGIN.has(trouble) ? "login" : trouble;
}
