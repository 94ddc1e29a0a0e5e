import { afterEach, describe, expect, it, vi } from "vitest";
import { ring, soundOn, switchSound } from "./sound";

describe("the sound of alarms", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    localStorage.clear();
  });

  it("is off until somebody wishes for it, and remembered then", () => {
    expect(soundOn.value).toBe(false);
    switchSound(true);
    expect([soundOn.value, localStorage.getItem("onsite.desk.alarm_sound")]).toEqual([true, "on"]);
    switchSound(false);
    expect([soundOn.value, localStorage.getItem("onsite.desk.alarm_sound")]).toEqual([false, "off"]);
  });

  it("is left out where the browser has none", () => {
    vi.stubGlobal("AudioContext", undefined);
    expect(ring).not.toThrow();
  });
});
