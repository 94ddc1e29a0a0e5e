import { signal } from "@preact/signals";
import { render } from "preact";
import { afterEach, describe, expect, it } from "vitest";
import { switchLanguage } from "../../shared/text/language";
import type { LocalCode, LocalProblem } from "../phone/phone";
import type { Finishing } from "./finishing";
import { NotSigned, Unsaved } from "./warnings";
import { wordsIn } from "./words";

const place = document.createElement("div");

function said(code: LocalCode | null, unsaved: boolean): string {
  const problem = signal<LocalProblem | null>(code === null ? null : { code, detail: "" });
  const finishing = { problem, unsaved: signal(unsaved) } as unknown as Finishing;
  const say = wordsIn("zh-CN");
  render([<Unsaved finishing={finishing} say={say} />, <NotSigned finishing={finishing} say={say} />], place);
  return place.textContent;
}

afterEach(() => {
  render(null, place);
});

describe("in the customer's hands", () => {
  it("nothing is said while all is well", () => {
    expect(said(null, false)).toBe("");
  });

  it("a signature that was not kept is told once: to the customer in their language, to the technician in theirs", () => {
    switchLanguage("en");
    const words = said("full", true);
    expect(words).toContain("请把手机交还技师。It was not signed: there is no room");
    expect(words).toContain("only on the screen");
    expect(place.querySelectorAll("[role=alert]")).toHaveLength(1);
    expect(place.querySelector("[lang=en]")?.textContent).not.toContain("技师");
  });

  it("what was drawn is said to be there, as long as it is kept", () => {
    switchLanguage("en");
    expect(said("no_key", false)).toContain("sign again. Nothing is lost");
    expect(said("full", false)).toContain("Nothing is lost");
  });
});
