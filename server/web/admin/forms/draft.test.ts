import { describe, expect, it } from "vitest";
import { changesOf, openDraft, unsaved } from "./draft";

const START = { name: "压缩机", lots: ["A"], retired: false };

describe("a draft", () => {
  it("that was left with something in it is there again; one that holds nothing begins anew", () => {
    const draft = openDraft("products/one", START);
    draft.set({ name: "电机" });
    expect(openDraft("products/one", { ...START, name: "其他" })).toBe(draft);
    expect(unsaved.value).toContain("products/one");
    draft.discard();
    expect(unsaved.value).not.toContain("products/one");
    expect(openDraft("products/one", { ...START, name: "其他" }).values.value.name).toBe("其他");
  });

  it("goes on from what somebody else saved, with what is typed on top of it", () => {
    const draft = openDraft("products/three", START);
    draft.set({ name: "电机" });
    draft.rebase({ ...START, retired: true }, { ...START, name: "电机", retired: true });
    expect(changesOf(draft)).toEqual({ name: "电机" });
    draft.discard();
    expect(draft.values.value).toEqual({ ...START, retired: true });
    expect(unsaved.value).not.toContain("products/three");
  });

  it("tells only what was typed anew", () => {
    const draft = openDraft("products/two", START);
    expect(changesOf(draft)).toEqual({});
    draft.set({ name: "压缩机", lots: ["A", "B"] });
    expect(changesOf(draft)).toEqual({ lots: ["A", "B"] });
    draft.set({ name: " 电机 ", lots: ["A"] });
    expect(changesOf(draft)).toEqual({ name: "电机" });
  });
});
