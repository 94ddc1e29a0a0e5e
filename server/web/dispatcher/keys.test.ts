import { beforeEach, describe, expect, it } from "vitest";
import { focusNeighbour, meaning, type Keys } from "./keys";

/** Presses a key on the element of `html` that `at` finds, and says what the desk makes of it. */
function press(key: string, at = "body", init: KeyboardEventInit = {}, single = true): keyof Keys | null {
  let found: keyof Keys | null = null;
  const listen = (event: KeyboardEvent): void => {
    found = meaning(event, single);
  };
  document.addEventListener("keydown", listen);
  document.querySelector(at)?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, ...init }));
  document.removeEventListener("keydown", listen);
  return found;
}

beforeEach(() => {
  document.body.innerHTML =
    '<input type="search"><textarea></textarea><button>x</button><dialog><p></p></dialog><aside class="drawer"></aside>';
});

describe("a key on the page", () => {
  it.each([
    ["ArrowDown", "down"],
    ["ArrowUp", "up"],
    ["Enter", "open"],
    ["a", "assign"],
    ["/", "search"],
    ["?", "help"],
    ["Escape", "close"],
    ["4", "customers"],
    ["x", null],
  ])("%s means %s", (key, means) => {
    expect(press(key)).toBe(means);
  });

  it("with Ctrl belongs to the browser", () => {
    expect(press("a", "body", { ctrlKey: true })).toBeNull();
  });
});

describe("single letters switched off", () => {
  it("leave arrows, Enter and Escape", () => {
    expect(["a", "/", "j", "ArrowDown", "Enter"].map((key) => press(key, "body", {}, false))).toEqual([
      null,
      null,
      null,
      "down",
      "open",
    ]);
  });
});

describe("while somebody types", () => {
  it("letters are letters", () => {
    expect(press("a", "textarea")).toBeNull();
    expect(press("a", "input")).toBeNull();
  });

  it("arrows in the search box still move in the list", () => {
    expect(press("ArrowDown", "input")).toBe("down");
    expect(press("ArrowDown", "textarea")).toBeNull();
  });

  it("an input method keeps its keys", () => {
    expect(press("ArrowDown", "input", { isComposing: true })).toBeNull();
  });
});

describe("elsewhere", () => {
  it("Enter on a button is the button's", () => {
    expect(press("Enter", "button")).toBeNull();
    expect(press("a", "button")).toBe("assign");
  });

  it("a dialog keeps everything", () => {
    expect(press("Escape", "dialog p")).toBeNull();
    expect(press("a", "dialog p")).toBeNull();
  });

  it("arrows in the drawer scroll it", () => {
    expect(press("ArrowDown", ".drawer")).toBeNull();
  });
});

describe("stepping through cards", () => {
  const focused = (): string => document.activeElement?.id ?? "";

  beforeEach(() => {
    document.body.innerHTML =
      '<ol><li id="a" tabindex="-1"><button id="in">x</button></li><li id="b" tabindex="-1"></li></ol>';
  });

  it("begins at the end it comes from", () => {
    focusNeighbour("li", 1);
    expect(focused()).toBe("a");
    document.body.focus();
    (document.activeElement as HTMLElement).blur();
    focusNeighbour("li", -1);
    expect(focused()).toBe("b");
  });

  it("goes on from the card whose button has the focus, and stops at the last", () => {
    document.getElementById("in")?.focus();
    focusNeighbour("li", 1);
    focusNeighbour("li", 1);
    expect(focused()).toBe("b");
  });

  it("does nothing where there are none", () => {
    focusNeighbour(".none", 1);
    expect(focused()).toBe("");
  });
});
