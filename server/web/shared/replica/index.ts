/** The device side in the browser: a replica that works offline and survives being killed. */
export { deviceClock } from "./clock";
export { DeviceKey, type PublicKey } from "./devicekey";
export {
  Forked,
  NoKey,
  NoStorage,
  NotJson,
  ServerProblem,
  StorageFull,
  Superseded,
  TooNew,
  Unreachable,
  WrongDevice,
} from "./faults";
export { TECHNICIANS_RULES } from "./fieldwork";
export { handIn } from "./handin";
export { HttpTransport, PROTOCOL_VERSION } from "./http";
export {
  digest,
  ManifestRefused,
  photo,
  strokes,
  type Addition,
  type Facts,
  type NamedPhoto,
  type PadPoint,
  type Strokes,
} from "./manifest";
export type { FieldMerge, FieldTime, Operation, Outcome, RecordKey, SyncRecord } from "./operation";
export type { Judged, Undoable } from "./outbox";
export { Replica, type ReplicaParts, type Synced } from "./replica";
export { keepOurData, room, type Keeping } from "./room";
export type { Actor, Rules, RulesByType } from "./rules";
export { Store, type StoreParts } from "./store";
export type { Transport } from "./transport";
