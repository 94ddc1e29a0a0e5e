/** Opens the phone of a person: their own store, enrolled when there is none yet, and everything that keeps it going. */
import { createApi, type Api, type Send } from "../../shared/api/client";
import type { Problem } from "../../shared/api/problem";
import type { Session } from "../../shared/api/session";
import type { User } from "../../shared/api/types";
import { listen, type Ear } from "../../shared/feed/pokes";
import {
  deviceClock,
  DeviceKey,
  handIn,
  HttpTransport,
  NoStorage,
  Store,
  StorageFull,
  TooNew,
  WrongDevice,
  type StoreParts,
  type Transport,
} from "../../shared/replica";
import type { Turns } from "../../shared/replica/turns";
import { openDrafts } from "../finish/drafts";
import { openPhotoBox } from "../photos/box";
import { enrolDevice } from "./enrolling";
import { noteFault } from "./faultlog";
import { FieldPhone } from "./fieldphone";
import type { Phone } from "./phone";

/** `not_enrolled`: the server was needed, and did not let us in. `too_new`: a newer version of the app has been here;
 * `handedIn`: operations that could still be handed in. */
export type Opened =
  | { readonly kind: "open"; readonly phone: Phone }
  | { readonly kind: "not_enrolled"; readonly problem: Problem }
  | { readonly kind: "no_storage" }
  | { readonly kind: "full" }
  | { readonly kind: "too_new"; readonly handedIn: number };

/** What a test brings along. */
export interface OpenParts {
  readonly store?: Pick<StoreParts, "indexedDB" | "IDBKeyRange">;
  readonly transport?: Transport;
  readonly listen?: (ear: Ear, stop: AbortSignal) => Promise<void>;
  readonly turns?: Turns;
  readonly memory?: Storage;
  /** An older tab holds the data and has not let go yet. */
  readonly onBlocked?: () => void;
}

export async function openPhone(user: User, session: Session, parts: OpenParts = {}): Promise<Opened> {
  const name = storeName(user);
  const send = inNameOf(user, session);
  const api = createApi(send);
  const clock = deviceClock();
  const transport = parts.transport ?? new HttpTransport(send);
  const told: Told = { superseded: () => undefined };
  try {
    const store = await openStore(name, api, parts, told);
    if (!(store instanceof Store)) return { kind: "not_enrolled", problem: store };
    const streamed = inNameOf(user, session, true);
    const phone = await FieldPhone.over(store, {
      ...{ user, session, api, clock, transport },
      memory: parts.memory ?? localStorage,
      listen: parts.listen ?? ((ear, stop) => listen(streamed, ear, stop)),
      openDrafts: () => openDrafts(user.id, parts.store),
      openPhotos: (replica) => openPhotoBox(user.id, replica, parts.store),
      ...(parts.turns === undefined ? {} : { turns: parts.turns }),
    });
    told.superseded = () => {
      phone.superseded();
    };
    return { kind: "open", phone };
  } catch (fault) {
    noteFault(fault);
    if (fault instanceof StorageFull) return { kind: "full" };
    if (fault instanceof NoStorage) return { kind: "no_storage" };
    if (!(fault instanceof TooNew)) throw fault;
    return { kind: "too_new", handedIn: await handIn(name, transport, clock, parts.store).catch(() => 0) };
  }
}

// Keeps E-3 and E-4 of docs/sync-protocol.md.
/** A store per person: nobody sees or hands in what another one did on this phone. */
export function storeName(user: Pick<User, "id">): string {
  return `onsite-${user.id}`;
}

/** Sends as this person or not at all: another tab may have logged somebody else in meanwhile. */
function inNameOf(user: User, session: Session, stream = false): Send {
  return (request) => {
    const state = session.state.peek();
    if (state.kind !== "in" || state.user.id !== user.id)
      return Promise.reject(new TypeError("another person is logged in"));
    return stream ? session.sendStream(request) : session.send(request);
  };
}

interface Told {
  superseded: () => void;
}

/** The person's store; enrolled first when this browser has none. The problem, when that was refused. */
async function openStore(name: string, api: Api, parts: OpenParts, told: Told): Promise<Store | Problem> {
  const how: StoreParts = {
    ...parts.store,
    onSuperseded: () => {
      told.superseded();
    },
    ...(parts.onBlocked === undefined ? {} : { onBlocked: parts.onBlocked }),
  };
  const known = await storeThere(name, how);
  if (known !== null) return known;
  const deviceKey = await DeviceKey.generate();
  const enrolled = await enrolDevice(api, deviceKey);
  if (!enrolled.ok) return enrolled.problem;
  try {
    return await Store.open(name, { ...how, deviceId: enrolled.data, deviceKey });
  } catch (fault) {
    if (!(fault instanceof WrongDevice)) throw fault;
    return await Store.open(name, how); // another tab was enrolled meanwhile; ours is left unused
  }
}

async function storeThere(name: string, how: StoreParts): Promise<Store | null> {
  try {
    return await Store.open(name, how);
  } catch (fault) {
    if (fault instanceof WrongDevice) return null;
    throw fault;
  }
}
