import { describe, expect, it } from "vitest";
import { createApi } from "../shared/api/client";
import type { Colleague } from "../shared/api/types";
import { openColleagues, type Colleagues } from "./colleagues";

const LI = { id: "li", name: "Li", role: "dispatcher", outlet_id: "o" } satisfies Colleague;

/** `answers`: who works there at each asking, the last one from then on; null: no network. */
function opened(...answers: (readonly Colleague[] | null)[]): { colleagues: Colleagues; asked: string[] } {
  const asked: string[] = [];
  const api = createApi((request) => {
    const { pathname, search } = new URL(request.url);
    asked.push(pathname + search);
    const now = answers.length > 1 ? answers.shift() : answers[0];
    if (now === null) return Promise.reject(new TypeError("no network"));
    return Promise.resolve(Response.json(now));
  });
  return { colleagues: openColleagues(api), asked };
}

describe("colleagues", () => {
  it("are asked for once, however many matters name one of them", async () => {
    const { colleagues, asked } = opened([LI]);
    expect(colleagues.nameOf("li")).toBeNull();
    await Promise.all([colleagues.know("o", "li"), colleagues.know("o", "li")]);
    await colleagues.know("o", "li");
    expect(colleagues.nameOf("li")).toBe("Li");
    expect(asked).toEqual(["/colleagues?outlet_id=o"]);
  });

  it("who came since are asked for, who works there no more only once", async () => {
    const { colleagues, asked } = opened([LI], [LI, { ...LI, id: "wu", name: "Wu" }]);
    await colleagues.know("o", "li");
    await colleagues.know("o", "wu");
    expect(colleagues.nameOf("wu")).toBe("Wu");
    await colleagues.know("o", "gone");
    await colleagues.know("o", "gone");
    expect(colleagues.nameOf("gone")).toBeNull();
    expect(asked.length).toBe(3);
  });

  it("are asked for again where the network was away", async () => {
    const { colleagues } = opened(null, [LI]);
    await colleagues.know("o", "li");
    expect(colleagues.nameOf("li")).toBeNull();
    await colleagues.know("o", "li");
    expect(colleagues.nameOf("li")).toBe("Li");
  });

  it("of headquarters are asked for without an outlet", async () => {
    const { colleagues, asked } = opened([]);
    await colleagues.of(null);
    expect(asked).toEqual(["/colleagues"]);
  });
});
