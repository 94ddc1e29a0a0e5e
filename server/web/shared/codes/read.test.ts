import { describe, expect, it } from "vitest";
import { parseElements } from "./elements";
import { readCode, shown } from "./read";
import { loose } from "./serial";

const GTIN = "09506000134352";
const OWN = "02000000000015";
const unit = (serial: string, gtin = GTIN): object => ({ kind: "unit", code: { gtin, serial } });

describe("a code that names a single product", () => {
  it.each([
    [`https://id.example.com/01/${GTIN}/21/A%2FB`, unit("A/B")],
    [`HTTPS://ID.EXAMPLE.COM/OWN/${OWN}/21/7K3M9Q2AX1B4C8D2`, unit("7K3M9Q2AX1B4C8D2", OWN)],
    [`01${GTIN}21ABC`, unit("ABC")],
    [`]d201${GTIN}10L7\u001d21ABC`, unit("ABC")],
    [`\u001d01${GTIN}21ABC\u001d10L7`, unit("ABC")],
    [`]C101${GTIN}1729033121S-1`, unit("S-1")],
    [`]Q301${GTIN}3103001250\u001d240X\u001d21S`, unit("S")],
    [`(01)${GTIN}(10)L7(21)A(1)B`, unit("A(1)B")],
    [`  https://id.example.com/01/${GTIN}/21/A  `, unit("A")],
  ])("is known in every spelling: %j", (text, reading) => {
    expect(readCode(text)).toEqual(reading);
  });
});

describe("a code of something else", () => {
  it.each([
    [`https://id.example.com/01/${GTIN}`, "", { kind: "number", gtin: GTIN, shop: false }],
    [`01${GTIN}`, "", { kind: "number", gtin: GTIN, shop: false }],
    ["6901234567892", "ean_13", { kind: "number", gtin: "06901234567892", shop: true }],
    ["96385074", "ean_8", { kind: "number", gtin: "00000096385074", shop: true }],
    ["96385074", "", { kind: "foreign", what: "text", text: "96385074" }],
    ["https://x.example/verify/AB", "", { kind: "foreign", what: "link", text: "https://x.example/verify/AB" }],
    ["https://us.example/verify/AB", "", { kind: "page", page: "report" }],
    ["https://us.example/j/AB", "", { kind: "page", page: "customer" }],
    ["https://us.example/app/#enrol=AB", "", { kind: "page", page: "enrolment" }],
    ["javascript:alert(1)", "", { kind: "foreign", what: "text", text: "javascript:alert(1)" }],
    ["WIFI:S:home;P:secret;;", "qr_code", { kind: "foreign", what: "text", text: "WIFI:S:home;P:secret;;" }],
    ["", "", { kind: "foreign", what: "text", text: "" }],
  ])("is told apart: %j as %j", (text, format, reading) => {
    expect(readCode(text, format, "us.example")).toEqual(reading);
  });
});

describe("a code that is broken", () => {
  it.each([
    [`https://id.example.com/01/09506000134353/21/A`, "gtin_check_digit"],
    [`https://id.example.com/01/${GTIN}/21/A%00`, "bad_character"],
    [`https://id.example.com/01/${OWN}/21/A`, "restricted_number"],
    [`(01)09506000134353(21)A`, "gtin_check_digit"],
    [`(01)${GTIN}(21)${"A".repeat(21)}`, "value_too_long"],
    [`]d221ABC`, "no_number"],
    [`]d201${GTIN}21A\u001d21B`, "unreadable"],
    [`]d2xyz`, "unreadable"],
  ])("is told with its fault: %j", (text, fault) => {
    expect(readCode(text)).toMatchObject({ kind: "broken", fault });
  });

  it("never takes longer than a look, whatever stands in it", () => {
    for (const text of [
      "(01)".repeat(2000),
      "\u001d".repeat(5000),
      "]d2" + "9".repeat(7000),
      `/01/${"%".repeat(4000)}`,
    ]) {
      expect(["broken", "foreign"]).toContain(readCode(text).kind);
    }
  });
});

describe("element strings", () => {
  it("end variable values at FNC1 only", () => {
    expect(parseElements(`01${GTIN}10AB\u001d21C`)).toEqual({
      ok: true,
      value: { gtin: GTIN, lot: "AB", serial: "C" },
    });
  });
});

describe("a stranger's text", () => {
  it("stands in one line, without what hides or turns it round, and is not long", () => {
    expect(shown("a\n\u202eb\u0000\u200bc")).toBe("a b c");
    expect(Array.from(shown("😀".repeat(100)))).toHaveLength(80);
  });
});

describe("a serial off a worn plate", () => {
  it("is compared without gaps, case and look-alikes", () => {
    expect(loose("sn-10 o1l")).toBe(loose("SN1O 011"));
  });
});
