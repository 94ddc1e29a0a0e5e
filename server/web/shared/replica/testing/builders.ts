/** Short ways to set up a replica for the tests of this folder; no part of the app. */
import { IDBFactory, IDBKeyRange } from "fake-indexeddb";
import { Refusal, type Effect, type FieldPolicy, type Ownership, type Rules } from "../rules";
import { Store, type StoreParts } from "../store";
import type { Operation } from "../operation";
import type { JsonObject } from "../json";

export const NOON = 1_700_000_000_000;
export const MINUTE = 60_000;
export const DAY = 24 * 60 * MINUTE;

/** A profile: its databases live as long as it does. */
export function profile(): IDBFactory {
  return new IDBFactory();
}

export function openStore(factory: IDBFactory, deviceId?: string, parts: StoreParts = {}): Promise<Store> {
  const named = deviceId === undefined ? {} : { deviceId };
  return Store.open("replica", { indexedDB: factory, IDBKeyRange, ...named, ...parts });
}

export function policyOf(said: Record<string, string>): FieldPolicy {
  return new Map(Object.entries(said) as [string, Ownership][]);
}

/** Rules that do what the operation says (tests/vectors). */
export class ScriptedRules implements Rules {
  constructor(readonly fields: FieldPolicy) {}

  judge(operation: Operation): Effect | Refusal {
    if (operation.kind === "refuse") return new Refusal(operation.args["code"] as string);
    if (operation.kind === "raise") throw new Error("as told");
    return effectFrom(operation.args);
  }
}

const EFFECT = new Set(["set", "append", "items", "add", "force", "review", "held"]);

export function effectFrom(args: JsonObject): Effect {
  for (const name of Object.keys(args)) if (!EFFECT.has(name)) throw new TypeError(`an effect has no ${name}`);
  const review = args["review"] as { kind: string } | null | undefined;
  return { ...(args as Effect), review: review?.kind ?? null };
}
