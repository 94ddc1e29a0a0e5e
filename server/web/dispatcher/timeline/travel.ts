/** How long a way takes, estimated. Pure. As the server does it without a road network: great circle times a detour,
 * at one speed (`server/dispatch/rules/travel.py`, `GreatCircle`). An estimate is always shown as one. */

export interface Place {
  readonly lat: number;
  readonly lon: number;
}

const EARTH_RADIUS_M = 6_371_008.8;
const DETOUR = 1.3;
const SPEED_MS = 30 / 3.6;

export function metres(a: Place, b: Place): number {
  const rad = Math.PI / 180;
  const [dLat, dLon] = [(b.lat - a.lat) * rad, (b.lon - a.lon) * rad];
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * Math.sin(dLon / 2) ** 2;
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** Milliseconds on the road. */
export function estimate(a: Place, b: Place): number {
  return Math.ceil((metres(a, b) * DETOUR) / SPEED_MS) * 1000;
}
