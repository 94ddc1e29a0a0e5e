// @vitest-environment node
/** What this device signs is byte for byte what every other implementation would (tests/vectors/manifest.json). */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { DeviceKey, type PublicKey } from "./devicekey";
import type { JsonObject } from "./json";
import * as manifest from "./manifest";

type Expected = { readonly code: string } | { readonly canonical: string; readonly sha256: string };

interface Statement {
  readonly name: string;
  readonly kind: "complete" | "cannot_complete" | "addendum";
  readonly facts: manifest.Facts & manifest.Addition;
  readonly reason?: string;
  readonly cause?: string;
  readonly expect: Expected & { readonly signature?: string };
}

interface Vectors {
  readonly about: string;
  readonly key: PublicKey;
  readonly statements: readonly Statement[];
  readonly values: readonly { readonly name: string; readonly value: JsonObject; readonly expect: Expected }[];
  readonly pads: readonly {
    readonly name: string;
    readonly pad: manifest.PadPoint[][];
    readonly strokes: number[][][];
  }[];
  readonly signatures: readonly {
    readonly name: string;
    readonly payload: string;
    readonly signature: string;
    readonly holds: boolean;
  }[];
}

const path = resolve(import.meta.dirname, "../../../../tests/vectors/manifest.json");
const vectors = JSON.parse(readFileSync(path, "utf-8")) as Vectors;
const CURVE = { name: "ECDSA", namedCurve: "P-256" } as const;
const key = await DeviceKey.generate();

async function holds(publicKey: PublicKey, payload: Uint8Array, signature: string): Promise<boolean> {
  const imported = await crypto.subtle.importKey("jwk", { ...publicKey }, CURVE, true, ["verify"]);
  const [header = "", rest = ""] = signature.split("..");
  const signed = `${header}.${Buffer.from(payload).toString("base64url")}`;
  const how = { name: "ECDSA", hash: "SHA-256" } as const;
  return await crypto.subtle.verify(how, imported, Buffer.from(rest, "base64url"), new TextEncoder().encode(signed));
}

function made({ kind, facts, reason = "", cause }: Statement): Promise<JsonObject> {
  if (kind === "complete") return manifest.complete(facts, key);
  return kind === "addendum" ? manifest.addendum(facts, key) : manifest.cannotComplete(facts, reason, key, cause);
}

async function told(value: JsonObject): Promise<Expected> {
  return { canonical: new TextDecoder().decode(manifest.canonical(value)), sha256: await manifest.digest(value) };
}

const refused = (fault: unknown): Expected => {
  if (fault instanceof manifest.ManifestRefused) return { code: fault.code };
  throw fault;
};

describe("what this device signs", () => {
  it("is held to a file this runner knows", () => {
    expect(Object.keys(vectors)).toEqual(["about", "key", "statements", "values", "pads", "signatures"]);
  });

  it.each(vectors.statements)("$name", async (each) => {
    const { signature: theirs, ...expected } = each.expect;
    if (theirs === undefined) {
      expect(await made(each).catch(refused)).toEqual(expected);
      return;
    }
    const { manifest: statement, signature, ...rest } = await made(each);
    expect(await told(statement as JsonObject)).toEqual(expected);
    expect(rest).toEqual({
      ...(each.reason === undefined ? {} : { reason: each.reason }),
      ...(each.cause === undefined ? {} : { cause: each.cause }),
    });
    const bytes = manifest.canonical(statement as JsonObject);
    expect(await holds(key.public, bytes, signature as string)).toBe(true);
    expect(await holds(vectors.key, bytes, theirs)).toBe(true);
  });

  it.each(vectors.values)("$name has this form", async ({ value, expect: expected }) => {
    const found = await Promise.resolve()
      .then(() => told(value))
      .catch(refused);
    expect(found).toEqual(expected);
  });

  it.each(vectors.pads)("pad: $name", ({ pad, strokes }) => {
    expect(manifest.strokes(pad)).toEqual(strokes);
  });

  it.each(vectors.signatures.filter((each) => each.holds))("a signature $name holds", async (each) => {
    expect(await holds(vectors.key, new TextEncoder().encode(each.payload), each.signature)).toBe(true);
  });
});

describe("what nobody signs", () => {
  const [least] = vectors.statements;
  const facts = (more: object): manifest.Facts => ({ ...(least?.facts as manifest.Facts), ...more });

  it("is more points than a person draws", async () => {
    const strokes = [
      Array.from({ length: manifest.MAX_POINTS + 1 }, (_, n) => [n % 90, 1, n, 500]),
    ] as manifest.Strokes;
    await expect(manifest.complete(facts({ strokes }), key)).rejects.toMatchObject({ code: "strokes_too_many" });
  });

  it("is more bytes than a report has", async () => {
    const report = { log: "x".repeat(manifest.MAX_BYTES) };
    await expect(manifest.complete(facts({ report }), key)).rejects.toMatchObject({ code: "manifest_too_large" });
  });

  it("is half a character", async () => {
    const text = "ok \ud83d";
    await expect(manifest.complete(facts({ text }), key)).rejects.toMatchObject({ code: "text_forbidden_character" });
  });
});

describe("a photo", () => {
  it("is named by its original bytes", async () => {
    const content = new TextEncoder().encode("plate");
    expect(await manifest.photo(content, "image/jpeg", "", "铭牌")).toEqual({
      sha256: "3b56c3520006aaeb038c24862bcde877284bc1654e73bda292d90db943c4573d",
      size: 5,
      media_type: "image/jpeg",
      caption: "铭牌",
    });
  });
});

describe("the device's key", () => {
  it("cannot be read out, and is the same after it was kept", async () => {
    await expect(crypto.subtle.exportKey("jwk", key.kept.secret)).rejects.toThrow();
    const kept = new DeviceKey(structuredClone(key.kept));
    const payload = new TextEncoder().encode("signed");
    expect(await holds(key.public, payload, await kept.sign(payload))).toBe(true);
  });
});
