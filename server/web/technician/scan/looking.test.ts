import { afterEach, describe, expect, it, vi } from "vitest";
import type { components } from "../../shared/api/schema";
import { aUnit } from "./builders";
import { openCamera, troubleOf } from "./camera";
import { ageOf, cardOf } from "./card";
import { openReader, type CodeReader, type Picture } from "./reader";

afterEach(() => {
  vi.unstubAllGlobals();
});

const refusing = (name: string): MediaDevices =>
  ({ getUserMedia: () => Promise.reject(new DOMException("", name)) }) as unknown as MediaDevices;

describe("a camera that is not to be had", () => {
  it.each([
    ["NotAllowedError", "refused"],
    ["NotFoundError", "absent"],
    ["OverconstrainedError", "absent"],
    ["NotReadableError", "busy"],
    ["toString", "failed"],
  ])("is told as what it means: %s", async (name, trouble) => {
    expect(await openCamera(refusing(name))).toEqual({ ok: false, trouble });
  });

  it("is no fault of ours when it is no error at all", () => {
    expect([troubleOf(null), troubleOf("x"), troubleOf({ name: 7 })]).toEqual(["failed", "failed", "failed"]);
  });
});

describe("the reader", () => {
  const own: CodeReader = { kind: "own", read: () => Promise.resolve([{ text: "own", format: "qr_code" }]) };
  const picture = {} as Picture;
  const detector = (formats: readonly string[], detect: () => Promise<unknown>): unknown =>
    class {
      static getSupportedFormats = (): Promise<readonly string[]> => Promise.resolve(formats);
      detect = detect;
    };

  it("is our own where the browser has none, or none for both our symbols", async () => {
    vi.stubGlobal("BarcodeDetector", undefined);
    expect((await openReader(() => Promise.resolve(own))).kind).toBe("own");
    vi.stubGlobal(
      "BarcodeDetector",
      detector(["qr_code"], () => Promise.resolve([])),
    );
    expect((await openReader(() => Promise.resolve(own))).kind).toBe("own");
  });

  it("is the browser's where it reads both", async () => {
    const seen = [{ rawValue: "x", format: "data_matrix" }];
    vi.stubGlobal(
      "BarcodeDetector",
      detector(["qr_code", "data_matrix"], () => Promise.resolve(seen)),
    );
    const reader = await openReader(() => Promise.reject(new Error("not needed")));
    expect(await reader.read(picture)).toEqual([{ text: "x", format: "data_matrix" }]);
  });

  it("is our own from then on, when the browser's has nothing behind it", async () => {
    const detect = vi.fn(() => Promise.reject(new Error("service not available")));
    vi.stubGlobal("BarcodeDetector", detector(["qr_code", "data_matrix"], detect));
    const reader = await openReader(() => Promise.resolve(own));
    expect([await reader.read(picture), await reader.read(picture)]).toEqual(
      Array(2).fill([{ text: "own", format: "qr_code" }]),
    );
    expect(detect).toHaveBeenCalledTimes(1);
  });
});

describe("a product's age", () => {
  it("is in whole years, since it was made, else sold, else installed", () => {
    expect(ageOf(aUnit({ manufactured_on: "1996-11-24", sold_on: "1999-01-01" }), "2026-11-23")).toBe(29);
    expect(ageOf(aUnit({ installed_on: "2026-11-23" }), "2026-11-23")).toBe(0);
    expect(ageOf(aUnit(), "2026-11-23")).toBeNull();
  });
});

describe("a card made of what the office answered", () => {
  it("has of each component the term that lasts longest", () => {
    const name = { zh: "压缩机", en: "Compressor" };
    const line = (covered: boolean, until: string | null): object => ({
      component: "compressor",
      component_name: name,
      covered,
      until,
      covers: [],
    });
    const lines = [
      line(false, "2020-01-01"),
      line(true, "2027-01-01"),
      line(true, "2029-01-01"),
      line(true, "2028-01-01"),
    ];
    const said = {
      unit_id: "u",
      on: "2026-11-23",
      covered: true,
      until: "2027-01-01",
      on_site: true,
      sentence: name,
      lines,
    };
    const card = cardOf(said as unknown as components["schemas"]["Coverage"]);
    expect(card.verdict.lines.map(({ until }) => until)).toEqual(["2029-01-01"]);
  });
});
