/** JSON values, handled so that no key a person typed is mistaken for a member that every object has. Pure. */

export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [name: string]: Json;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What stands under `name`; null when nothing does ("toString" and the like included). */
export function at(holder: JsonObject, name: string): Json {
  return Object.hasOwn(holder, name) ? (holder[name] ?? null) : null;
}

/** Writes like JSON.parse does: "__proto__" is a name like any other. */
export function put(holder: JsonObject, name: string, value: Json): void {
  Object.defineProperty(holder, name, { value, writable: true, enumerable: true, configurable: true });
}

/** A copy that shares nothing changeable. */
export function copied<T extends Json>(value: T): T;
export function copied(value: Json): Json {
  if (Array.isArray(value)) return value.map((each) => copied(each));
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, copied(inner)]));
  return value;
}

/** Equal as JSON. */
export function same(one: Json, other: Json): boolean {
  if (Array.isArray(one) || Array.isArray(other))
    return Array.isArray(one) && Array.isArray(other) && alike(one, other);
  if (!isObject(one) || !isObject(other)) return one === other;
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && same(at(one, name), at(other, name)))
  );
}

function alike(one: readonly Json[], other: readonly Json[]): boolean {
  return one.length === other.length && one.every((value, index) => same(value, other[index] ?? null));
}
