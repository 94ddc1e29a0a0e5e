// @vitest-environment node
/** The browser reads codes and typed serials as the server does, case by case (tests/vectors/codes.json). */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { paddedGtin } from "./gtin";
import { parseLink, pathOf, type Link } from "./link";
import { grouped, isOwnSerial, typedSerial } from "./serial";

interface Vectors {
  readonly links: readonly {
    readonly text: string;
    readonly fault?: string;
    readonly link?: Link;
    readonly path?: string;
  }[];
  readonly gtins: readonly { readonly text: string; readonly fault?: string; readonly padded?: string }[];
  readonly serials: readonly {
    readonly typed: string;
    readonly meant: string;
    readonly own: boolean;
    readonly grouped: string;
  }[];
}

const path = resolve(import.meta.dirname, "../../../../tests/vectors/codes.json");
const vectors = JSON.parse(readFileSync(path, "utf-8")) as Vectors;

describe("a code", () => {
  it("is read as the server reads it, down to the first fault", () => {
    const mine = vectors.links.map(({ text }) => {
      const read = parseLink(text);
      if (!read.ok) return { text, fault: read.fault };
      return { text, link: read.value, path: pathOf(read.value.gtin, read.value.serial) };
    });
    expect(mine).toEqual(vectors.links);
    expect(mine.length).toBeGreaterThan(100);
  });
});

describe("a product's number", () => {
  it("is padded or refused as by the server", () => {
    const mine = vectors.gtins.map(({ text }) => {
      const read = paddedGtin(text);
      return read.ok ? { text, padded: read.value } : { text, fault: read.fault };
    });
    expect(mine).toEqual(vectors.gtins);
  });
});

describe("a typed serial", () => {
  it("is taken for what the server would", () => {
    const mine = vectors.serials.map(({ typed }) => {
      const meant = typedSerial(typed);
      return { typed, meant, own: isOwnSerial(meant), grouped: grouped(meant) };
    });
    expect(mine).toEqual(vectors.serials);
  });
});
