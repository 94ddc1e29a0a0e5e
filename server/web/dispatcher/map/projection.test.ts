import { describe, expect, it } from "vitest";
import {
  clustered,
  fitting,
  fromScreen,
  NEAREST,
  onScreen,
  panned,
  project,
  readCamera,
  scaleBar,
  tilesOf,
  unproject,
  written,
  zoomed,
  type Camera,
} from "./projection";

const SIZE = { width: 800, height: 600 };
const SHANGHAI = { lat: 31.2304, lon: 121.4737 };
const camera = (zoom: number): Camera => ({ ...project(SHANGHAI), zoom });

describe("the projection", () => {
  it("puts the world into a square, and finds its way back", () => {
    expect(project({ lat: 0, lon: 0 })).toEqual({ x: 0.5, y: 0.5 });
    expect(project({ lat: 89, lon: 0 }).y).toBeCloseTo(0, 6);
    const back = unproject(project(SHANGHAI));
    expect(back.lat).toBeCloseTo(SHANGHAI.lat, 9);
    expect(back.lon).toBeCloseTo(SHANGHAI.lon, 9);
  });

  it("shows what it looks at in the middle", () => {
    expect(onScreen(project(SHANGHAI), camera(12), SIZE)).toEqual({ x: 400, y: 300 });
  });
});

describe("moving the camera", () => {
  it("pans by as many pixels as the pointer went", () => {
    const moved = panned(camera(12), 30, -20);
    const { x, y } = onScreen(project(SHANGHAI), moved, SIZE);
    expect(x).toBeCloseTo(430, 6);
    expect(y).toBeCloseTo(280, 6);
  });

  it("zooms around what lies under the pointer", () => {
    const at = { x: 100, y: 500 };
    const before = fromScreen(at, camera(10), SIZE);
    const after = fromScreen(at, zoomed(camera(10), 1.5, at, SIZE), SIZE);
    expect(after.x).toBeCloseTo(before.x, 9);
    expect(after.y).toBeCloseTo(before.y, 9);
  });

  it("comes no nearer than the nearest", () => {
    expect(zoomed(camera(17.5), 3, { x: 0, y: 0 }, SIZE).zoom).toBe(NEAREST);
  });

  it("shows everything, with a margin", () => {
    const places = [SHANGHAI, { lat: 31.4, lon: 121.2 }, { lat: 30.9, lon: 121.9 }].map(project);
    const fitted = fitting(places, SIZE);
    expect(fitted).not.toBeNull();
    for (const place of places) {
      const { x, y } = onScreen(place, fitted ?? camera(1), SIZE);
      expect(x >= 40 && x <= 760 && y >= 40 && y <= 560).toBe(true);
    }
    expect(fitting([], SIZE)).toBeNull();
    expect(fitting([project(SHANGHAI)], SIZE)?.zoom).toBe(14);
  });

  it("is kept in the address", () => {
    expect(written(camera(12.3))).toBe("31.2304,121.4737,12.3");
    expect(readCamera("31.2304,121.4737,12.3")?.zoom).toBe(12.3);
    for (const words of [null, "", "31,121", "a,b,c", "31,121,99", "99,121,5", "1,2,3,4", ",,"])
      expect(readCamera(words)).toBeNull();
  });
});

describe("the scale", () => {
  it("is the longest round length that fits", () => {
    const { metres, px } = scaleBar(camera(12), 120);
    expect(metres).toBe(2000); // 32.7 m a pixel there
    expect(px).toBeLessThanOrEqual(120);
  });
});

describe("tiles", () => {
  it("cover the screen and are named as their server names them", () => {
    const tiles = tilesOf("https://t.example/{z}/{x}/{y}.png", camera(12), SIZE);
    expect(tiles.length).toBeGreaterThanOrEqual(12);
    expect(tiles.every((tile) => tile.url.startsWith("https://t.example/12/"))).toBe(true);
    expect(Math.min(...tiles.map((tile) => tile.x))).toBeLessThanOrEqual(0);
    expect(Math.max(...tiles.map((tile) => tile.x + tile.px))).toBeGreaterThanOrEqual(800);
  });
});

describe("what lies close together", () => {
  it("is drawn as one, and apart when one comes nearer", () => {
    const points = [SHANGHAI, { lat: 31.2307, lon: 121.474 }, { lat: 31.4, lon: 121.2 }].map(project);
    expect(clustered(points, 10, 34).map((each) => each.items.length)).toEqual([2, 1]);
    expect(clustered(points, 18, 34)).toHaveLength(3);
  });
});
