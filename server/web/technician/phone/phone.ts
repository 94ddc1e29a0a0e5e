/** What a technician's app works with: the one source of all its views. Types only; `open.ts` makes one. */
import type { ReadonlySignal } from "@preact/signals";
import type { Api } from "../../shared/api/client";
import type { Problem } from "../../shared/api/problem";
import type { Session } from "../../shared/api/session";
import type { FaultCode, Job, JobType, Review, User } from "../../shared/api/types";
import type {
  FieldTime,
  Judged,
  Keeping,
  Operation,
  Outcome,
  RecordKey,
  Replica,
  Undoable,
} from "../../shared/replica";
import type { JsonObject } from "../../shared/replica/json";
import type { Drafts } from "../finish/drafts";
import type { PhotoBox } from "../photos/box";
import type { Uploading } from "../uploads/keep";
import type { Customer, Unit, UnitCard } from "./bodies";

/** By id, own operations included; a new map whenever one of them changed, an unchanged record stays the same object. */
export type Records<T> = ReadonlySignal<ReadonlyMap<string, T>>;

/** The truth about the connection, as people may be told. */
export interface Contact {
  readonly state: "connecting" | "online" | "offline";
  /** Epoch ms of the last answer of the server, on this device's clock; remembered over a restart. */
  readonly last: number | null;
  /** Why the last exchange was refused, when the server did answer. */
  readonly problem: Problem | null;
}

/** What a person must know beside the network, the most pressing first in `TROUBLES`.
 * - `superseded`: a newer version of the app has the data; this tab must reload.
 * - `revoked`: the office took this phone off the list; work is kept until they allow a last upload.
 * - `handed_in`: revoked, and the last upload is over; nothing is left here.
 * - `login`: the login has ended; work goes on, handing in needs a new login of the same person.
 * - `outdated`: the server reads nothing out to so old an app; it still takes work.
 * - `full`: the phone has no room for what the office sends. */
export type Trouble = "superseded" | "revoked" | "handed_in" | "login" | "outdated" | "full";

/** Why something could not be kept on this phone. Nothing of it was kept; what the person entered is still on screen.
 * `code` has a sentence: `t(`phone.refused.${code}`)`, or `toldProblem(problem)` of refusals.ts. */
export interface LocalProblem {
  readonly code: LocalCode;
  /** For people who ask. For `manifest` the server's code of what is wrong (`manifest_too_large`, …). */
  readonly detail: string;
}

export type LocalCode = "full" | "unusable" | "superseded" | "no_key" | "manifest" | "not_kept";

export type Performed =
  { readonly ok: true; readonly op_id: string } | { readonly ok: false; readonly problem: LocalProblem };

/** Bytes used and allowed, about. */
export interface Room {
  readonly used: number;
  readonly allowed: number;
}

export interface Phone {
  /** Whose it is. */
  readonly user: User;
  readonly session: Session;
  /** Typed calls in this person's name; only where a screen needs the network. */
  readonly api: Api;
  readonly replica: Replica;

  readonly jobs: Records<Job>;
  readonly customers: Records<Customer>;
  readonly units: Records<Unit>;
  /** By the unit's id. */
  readonly cards: Records<UnitCard>;
  /** By code, as a job names it. */
  readonly types: Records<JobType>;
  readonly faults: Records<FaultCode>;
  readonly reviews: Records<Review>;
  /** True once a first checkpoint was reached: an empty list now means there is nothing. */
  readonly complete: ReadonlySignal<boolean>;

  /** The outbox, oldest first. */
  readonly waiting: ReadonlySignal<readonly Operation[]>;
  /** What was judged in the last 30 days, in the order the person worked. */
  readonly judged: ReadonlySignal<readonly Judged[]>;
  /** The same without the operations. */
  readonly outcomes: ReadonlySignal<readonly Outcome[]>;
  /** Of those, what was not seen. */
  readonly news: ReadonlySignal<readonly Outcome[]>;
  /** What `withdraw` would take back now. */
  readonly undoable: ReadonlySignal<Undoable | null>;

  readonly contact: ReadonlySignal<Contact>;
  readonly trouble: ReadonlySignal<Trouble | null>;
  readonly keeping: ReadonlySignal<Keeping>;
  /** Null where the browser does not say. */
  readonly room: ReadonlySignal<Room | null>;
  /** Milliseconds this device's clock is ahead of the server's (negative: behind), about; null: not known. */
  readonly clockAhead: ReadonlySignal<number | null>;
  /** What this device's clocks say now; the same that every operation is kept with. */
  readonly clock: () => FieldTime;

  readonly photos: PhotoBox;
  readonly uploads: Uploading;
  /** What is typed and drawn and not handed in yet. */
  readonly drafts: Drafts;

  /** Durable when it answers; then hands in as soon as there is a network. Refusals are values. `undoMs`: for so long it
   * is not sent and can be withdrawn, if nothing follows it. */
  perform(kind: string, record: RecordKey, args: JsonObject, how?: { readonly undoMs?: number }): Promise<Performed>;
  /** The same for what the replica builds itself: `phone.keep((replica) => replica.complete(facts))`. */
  keep(act: (replica: Replica) => Promise<string>): Promise<Performed>;
  /** False: too late, it stands. */
  withdraw(op_id: string): Promise<boolean>;
  markSeen(op_ids: readonly string[]): Promise<void>;
  syncSoon(): void;
  /** Asks the browser again to keep our data. */
  askToKeep(): Promise<Keeping>;
  /** Goes on under a new identity: after the office revoked this phone and has let it in again. */
  enrolAnew(): Promise<Problem | null>;
  /** The server's name for this installation, by which a manager finds it. */
  deviceId(): Promise<string>;
  /** Aborted by `close`: what was hung on this phone lets go. */
  readonly closed: AbortSignal;
  close(): void;
}
