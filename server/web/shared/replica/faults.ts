/** How a replica can fail, each by name: what the app tells the person, and does next, depends on which. */

/** No answer, or none that our server can have given (a captive portal's page). Try again later. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
}

/** The server said no, as RFC 9457 has it: a stable `code`, the HTTP `status`, and the whole `detail`. */
export class ServerProblem extends Error {
  override readonly name = "ServerProblem";

  constructor(
    readonly code: string,
    readonly status: number,
    readonly detail: Readonly<Record<string, unknown>> = {},
  ) {
    super(`${status} ${code}`);
  }
}

/** This identity cannot go on: another installation uses it too, or the server lacks operations that this device has
 * long dropped (guarantee 12). Enrol anew, then `Replica.adoptIdentity`; no work is lost. */
export class Forked extends Error {
  override readonly name = "Forked";

  constructor(readonly seq: number) {
    super(`the identity is forked at operation ${seq}`);
  }
}

/** The arguments are not JSON that every server takes; nothing was kept. */
export class NotJson extends Error {
  override readonly name = "NotJson";
}

/** The database was written by a newer version of the app; it is left as it is. Reload to get that version;
 * `handIn` can send what waits meanwhile. */
export class TooNew extends Error {
  override readonly name = "TooNew";
}

/** A newer version of the app, in another tab, has taken the database over; this tab must reload. Nothing is lost. */
export class Superseded extends Error {
  override readonly name = "Superseded";
}

/** The device has no room. What was to be kept was not kept, in no part; everything kept before is still there. */
export class StorageFull extends Error {
  override readonly name = "StorageFull";
}

/** This browser keeps nothing: no IndexedDB, or it is closed to us (private browsing, a policy, a broken profile). */
export class NoStorage extends Error {
  override readonly name = "NoStorage";
}

/** This device was enrolled without a key, so that it can sign nothing: enrol anew. */
export class NoKey extends Error {
  override readonly name = "NoKey";
}

/** The database belongs to another device than the one named, or is new and none was named. */
export class WrongDevice extends Error {
  override readonly name = "WrongDevice";
}

/** The database's own complaint, under our name for it. Browsers wrap the cause: an aborted transaction holds it in
 * `inner`, a failed bulk write in `failures`. */
export function storageFault(fault: unknown): unknown {
  if (hasName(fault, "QuotaExceededError")) return new StorageFull("the device has no room", { cause: fault });
  return fault;
}

function hasName(fault: unknown, name: string, depth = 4): boolean {
  if (typeof fault !== "object" || fault === null || depth === 0) return false;
  const said = fault as { name?: unknown; inner?: unknown; cause?: unknown; failures?: unknown };
  const failures: unknown[] = Array.isArray(said.failures) ? said.failures : [];
  return said.name === name || [said.inner, said.cause, ...failures].some((inner) => hasName(inner, name, depth - 1));
}
