import { describe, expect, it } from "vitest";
import { switchLanguage } from "../text/language";
import { answer } from "./client";
import { readProblem, sentence } from "./problem";

describe("a refusal of the server", () => {
  it("is known by its code and told in the reader's language", () => {
    const problem = readProblem(409, { code: "double_booked", title: "…", detail: "10:00" });
    expect(problem).toEqual({ code: "double_booked", detail: "10:00", status: 409 });
    switchLanguage("en");
    expect(sentence(problem)).toBe("The technician is already booked then.");
    switchLanguage("zh-CN");
    expect(sentence(problem)).toBe("该技师在此时段已有安排。");
  });
});

describe("an answer that is not ours", () => {
  it.each([null, "<html>", 7, { code: 7 }, { code: "constructor" }])("is an unknown problem: %j", (body) => {
    expect(readProblem(502, body).code).toBe("unknown");
  });
});

describe("no answer at all", () => {
  it("is the problem of being offline", async () => {
    expect(await answer(Promise.reject(new TypeError("Failed to fetch")))).toMatchObject({
      ok: false,
      problem: { code: "offline" },
    });
  });
});
