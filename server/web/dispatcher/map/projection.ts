/** Places on a map, in Web Mercator. Pure. The world is the square [0, 1) × [0, 1), north up; a camera looks at a point of
 * it from a zoom at which the world is 256 · 2^zoom pixels wide, as tiles are numbered. */

export interface Place {
  readonly lat: number;
  readonly lon: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Camera extends Point {
  readonly zoom: number;
}

export const [NEAREST, FARTHEST] = [18, 2] as const;
const TILE_PX = 256;
const POLE = 85.05112878; // beyond it the square ends
const EARTH_M = 2 * Math.PI * 6_378_137;

export function worldPx(zoom: number): number {
  return TILE_PX * 2 ** zoom;
}

export function project({ lat, lon }: Place): Point {
  const y = Math.sin((Math.min(POLE, Math.max(-POLE, lat)) * Math.PI) / 180);
  return { x: lon / 360 + 0.5, y: 0.5 - Math.log((1 + y) / (1 - y)) / (4 * Math.PI) };
}

export function unproject({ x, y }: Point): Place {
  return { lat: (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI, lon: (x - 0.5) * 360 };
}

export function onScreen(point: Point, camera: Camera, { width, height }: Size): Point {
  const px = worldPx(camera.zoom);
  return { x: (point.x - camera.x) * px + width / 2, y: (point.y - camera.y) * px + height / 2 };
}

export function fromScreen({ x, y }: Point, camera: Camera, { width, height }: Size): Point {
  const px = worldPx(camera.zoom);
  return { x: (x - width / 2) / px + camera.x, y: (y - height / 2) / px + camera.y };
}

export function panned(camera: Camera, dx: number, dy: number): Camera {
  const px = worldPx(camera.zoom);
  return held({ ...camera, x: camera.x - dx / px, y: camera.y - dy / px });
}

/** Nearer or farther, so that what lies under `at` stays there. */
export function zoomed(camera: Camera, by: number, at: Point, size: Size): Camera {
  const zoom = Math.min(NEAREST, Math.max(FARTHEST, camera.zoom + by));
  const under = fromScreen(at, camera, size);
  const px = worldPx(zoom);
  return held({ zoom, x: under.x - (at.x - size.width / 2) / px, y: under.y - (at.y - size.height / 2) / px });
}

function held(camera: Camera): Camera {
  const within = (value: number): number => Math.min(1, Math.max(0, value));
  return { ...camera, x: within(camera.x), y: within(camera.y) };
}

const MARGIN_PX = 48;
const [SINGLE_ZOOM, CLOSE_ZOOM] = [14, 16];

/** From where all of it is seen; null when there is nothing to see. */
export function fitting(points: readonly Point[], { width, height }: Size): Camera | null {
  if (points.length === 0) return null;
  let [left, right, top, bottom] = [1, 0, 1, 0];
  for (const { x, y } of points) {
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
  }
  const room = (px: number): number => Math.max(TILE_PX / 4, px - 2 * MARGIN_PX) / TILE_PX;
  const across = right > left ? Math.log2(room(width) / (right - left)) : SINGLE_ZOOM;
  const down = bottom > top ? Math.log2(room(height) / (bottom - top)) : SINGLE_ZOOM;
  const zoom = Math.min(CLOSE_ZOOM, Math.max(FARTHEST, Math.min(across, down)));
  return { x: (left + right) / 2, y: (top + bottom) / 2, zoom };
}

/** `31.2304,121.4737,12.5`: as an address has it. */
export function written(camera: Camera): string {
  const { lat, lon } = unproject(camera);
  return `${lat.toFixed(4)},${lon.toFixed(4)},${Math.round(camera.zoom * 10) / 10}`;
}

export function readCamera(words: string | null): Camera | null {
  const [lat, lon, zoom, ...rest] = (words ?? "").split(",").map((part) => (part === "" ? NaN : Number(part)));
  if (lat === undefined || lon === undefined || zoom === undefined || rest.length > 0) return null;
  const fits = Math.abs(lat) <= 90 && Math.abs(lon) <= 180 && zoom >= FARTHEST && zoom <= NEAREST;
  return fits ? { ...project({ lat, lon }), zoom } : null;
}

export interface ScaleBar {
  readonly metres: number;
  readonly px: number;
}

/** The longest round length that is at most `most` pixels, at the latitude looked at. */
export function scaleBar(camera: Camera, most: number): ScaleBar {
  const { lat } = unproject(camera);
  const metre = worldPx(camera.zoom) / (EARTH_M * Math.cos((lat * Math.PI) / 180));
  const limit = most / metre;
  const ten = 10 ** Math.floor(Math.log10(limit));
  const metres = ten * ([5, 2].find((step) => step * ten <= limit) ?? 1);
  return { metres, px: metres * metre };
}

export interface Tile extends Point {
  readonly key: string;
  readonly url: string;
  readonly px: number;
}

const FINEST_TILES = 19;

/** The tiles in sight and where they lie on the screen. `address`: with {z}, {x} and {y}. */
export function tilesOf(address: string, camera: Camera, size: Size): readonly Tile[] {
  const z = Math.min(FINEST_TILES, Math.max(0, Math.round(camera.zoom)));
  const count = 2 ** z;
  const px = TILE_PX * 2 ** (camera.zoom - z);
  const from = fromScreen({ x: 0, y: 0 }, camera, size);
  const to = fromScreen({ x: size.width, y: size.height }, camera, size);
  const first = (value: number): number => Math.max(0, Math.floor(value * count));
  const last = (value: number): number => Math.min(count - 1, Math.floor(value * count));
  const tiles: Tile[] = [];
  for (let y = first(from.y); y <= last(to.y); y += 1)
    for (let x = first(from.x); x <= last(to.x); x += 1) {
      const at = onScreen({ x: x / count, y: y / count }, camera, size);
      const url = address.replace("{z}", String(z)).replace("{x}", String(x)).replace("{y}", String(y));
      tiles.push({ ...at, key: `${z}/${x}/${y}`, url, px });
    }
  return tiles;
}

export interface Cluster<T> extends Point {
  readonly key: string;
  readonly items: readonly T[];
}

/** What would cover each other at this zoom, together; the first of them gives its place when it is alone. */
export function clustered<T extends Point>(items: readonly T[], zoom: number, apart: number): readonly Cluster<T>[] {
  const cell = apart / worldPx(zoom);
  const cells = new Map<string, T[]>();
  for (const item of items) {
    const key = `${Math.floor(item.x / cell)}:${Math.floor(item.y / cell)}`;
    const mine = cells.get(key);
    if (mine === undefined) cells.set(key, [item]);
    else mine.push(item);
  }
  return [...cells].map(([key, mine]) => ({
    key,
    items: mine,
    x: mine.reduce((sum, item) => sum + item.x, 0) / mine.length,
    y: mine.reduce((sum, item) => sum + item.y, 0) / mine.length,
  }));
}
