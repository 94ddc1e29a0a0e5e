import { afterEach, describe, expect, it } from "vitest";
import { codeIn, grouped, offered, takeOffered } from "./code";

afterEach(() => {
  history.replaceState(null, "", "/");
  offered.value = null;
});

describe("the desk's code", () => {
  it("is read behind the # of the address that the desk shows", () => {
    expect(codeIn("https://onsite.example/app/#enrol=7KQX3M2DVAN4")).toBe("7KQX3M2DVAN4");
    expect(codeIn("/app/#enrol=7KQX%203M2D")).toBe("7KQX 3M2D");
  });

  it.each([
    "/app/",
    "/app/#other=1",
    "/app/#enrol=",
    "/app/#enrol=%E0%A4%A",
    `/app/#enrol=${"x".repeat(41)}`,
    "http://[",
  ])("is not in %s", (address) => {
    expect(codeIn(address)).toBeNull();
  });

  it("is shown in fours, and left alone when it is something else", () => {
    expect([grouped("7kqx3m2dvan4"), grouped("7KQX-3M2D VAN4"), grouped("hello")]).toEqual([
      "7KQX-3M2D-VAN4",
      "7KQX-3M2D-VAN4",
      "hello",
    ]);
  });

  it("does not stay in the address", () => {
    history.replaceState(null, "", "/app/?view=me#enrol=7KQX3M2DVAN4");
    takeOffered();
    expect([offered.value, location.search, location.hash]).toEqual(["7KQX3M2DVAN4", "?view=me", ""]);
  });
});
