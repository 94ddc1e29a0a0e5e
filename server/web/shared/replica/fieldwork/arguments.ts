/** The arguments of every kind of field operation, as schemas/operations.py has them. Pure. */
import { at, isObject, type Json, type JsonObject } from "../json";

type Fits = (value: Json) => boolean;

interface Shape {
  readonly needed?: Readonly<Record<string, Fits>>;
  /** May be left out. */
  readonly free?: Readonly<Record<string, Fits>>;
}

/** Lengths count characters, not the halves that JavaScript counts. */
const text =
  (least: number, most: number): Fits =>
  (value) => {
    if (typeof value !== "string") return false;
    const length = Array.from(value).length;
    return length >= least && length <= most;
  };
const whole =
  (least: number, most: number): Fits =>
  (value) =>
    typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;
const number =
  (least: number, most: number): Fits =>
  (value) =>
    typeof value === "number" && value >= least && value <= most;
const orNull =
  (fits: Fits): Fits =>
  (value) =>
    value === null || fits(value);
const either =
  (...fitting: Fits[]): Fits =>
  (value) =>
    fitting.some((fits) => fits(value));
const shaped =
  (shape: Shape): Fits =>
  (value) =>
    isObject(value) && fitsShape(value, shape);

const like =
  (pattern: RegExp): Fits =>
  (value) =>
    typeof value === "string" && pattern.test(value);

const anyNumber = number(-Infinity, Infinity);
const truth: Fits = (value) => typeof value === "boolean";
const reason = text(1, 400);
const CAUSES = new Set<Json>(["customer_asked_later", "waiting_for_parts", "no_access"]);
const cause: Fits = (value) => value === null || CAUSES.has(value);
const signature = text(0, 2000);
const longText = text(0, 4000);
const name = text(1, 120);
const phone = text(0, 40);
const place = shaped({
  needed: { lat: number(-90, 90), lon: number(-180, 180) },
  free: { accuracy_m: orNull(number(0, 100_000)) },
});

const CODE = {
  gtin: like(/^[0-9]{14}$/),
  /** Up to 20 of the characters that GS1 allows in a serial (character set 82). */
  serial: like(/^[!"%-?A-Z_a-z]{1,20}$/),
};
const unitId = like(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);

const NOTHING: Shape = {};
const SOMEWHERE: Shape = { free: { place: orNull(place) } };

const KINDS: ReadonlyMap<string, Shape> = new Map<string, Shape>([
  ["job.accept", NOTHING],
  ["job.decline", { needed: { reason } }],
  ["job.set_off", SOMEWHERE],
  ["job.arrive", SOMEWHERE],
  ["job.start", NOTHING],
  ["job.pause", { needed: { reason }, free: { cause } }],
  ["job.resume", NOTHING],
  ["job.check", { needed: { item: text(1, 60), done: truth }, free: { value: orNull(text(0, 120)) } }],
  ["job.note", { needed: { text: text(1, 4000) } }],
  ["job.use_part", { needed: { part: text(1, 60), quantity: whole(-999, 999) } }],
  ["job.read", { needed: { reading: text(1, 60), value: either(anyNumber, text(0, 120)) } }],
  ["job.scan", { needed: CODE, free: { unit_id: orNull(unitId) } }],
  [
    "job.patch",
    {
      free: {
        contact_name: name,
        contact_phone: phone,
        access_notes: longText,
        diagnosis: longText,
        result: longText,
        title: text(1, 400),
        address: longText,
        priority: whole(1, 5),
      },
    },
  ],
  ["job.complete", { needed: { manifest: isObject, signature } }],
  [
    "job.cannot_complete",
    { needed: { reason }, free: { cause, manifest: orNull(isObject), signature: orNull(signature) } },
  ],
  ["job.addendum", { needed: { manifest: isObject, signature } }],
  ["customer.patch", { free: { name, phone, address: longText, access_notes: longText } }],
]);

export function isKind(kind: string): boolean {
  return KINDS.has(kind);
}

/** Whether the server will take these arguments for this kind. */
export function fit(kind: string, args: JsonObject): boolean {
  const shape = KINDS.get(kind);
  return shape !== undefined && fitsShape(args, shape);
}

/** Whether it is the code of a product, as a report may name it. */
export function isCode(value: Json): value is { gtin: string; serial: string } {
  return isObject(value) && fitsShape(value, { needed: CODE });
}

function fitsShape(value: JsonObject, { needed = {}, free = {} }: Shape): boolean {
  return (
    Object.entries(needed).every(([member, fits]) => Object.hasOwn(value, member) && fits(at(value, member))) &&
    Object.keys(value).every((member) => Object.hasOwn(needed, member) || fitsFree(value, member, free))
  );
}

function fitsFree(value: JsonObject, member: string, free: Readonly<Record<string, Fits>>): boolean {
  return Object.hasOwn(free, member) && (free[member]?.(at(value, member)) ?? false);
}
