/** Where the phone is when the technician arrives: evidence for the promise. Never waited for: a step is kept at the moment
 * of the tap, with the latest place that is known and young enough, or with none. */
import type { JsonObject } from "../../shared/replica/json";

/** A place older than this says nothing about now. */
const YOUNG_MS = 120_000;

interface Fix {
  readonly lat: number;
  readonly lon: number;
  readonly accuracy_m: number;
  readonly at: number;
}

let latest: Fix | null = null;

/** Asks for the place from now on, until the answer is called. Without leave or a receiver nothing comes of it. */
export function followPlace(locator: Geolocation | null = locatorHere()): () => void {
  if (locator === null) return () => undefined;
  const watch = locator.watchPosition(
    ({ coords, timestamp }) => {
      latest = { lat: coords.latitude, lon: coords.longitude, accuracy_m: coords.accuracy, at: timestamp };
    },
    () => undefined,
    { enableHighAccuracy: true, maximumAge: 30_000 },
  );
  return () => {
    locator.clearWatch(watch);
  };
}

/** Arguments of `job.set_off` and `job.arrive`. */
export function placeNow(now = Date.now()): JsonObject {
  if (latest === null || now - latest.at > YOUNG_MS) return {};
  const { lat, lon, accuracy_m } = latest;
  if (![lat, lon, accuracy_m].every(Number.isFinite)) return {};
  return { place: { lat, lon, accuracy_m: Math.min(Math.max(accuracy_m, 0), 100_000) } };
}

function locatorHere(): Geolocation | null {
  return (navigator as { readonly geolocation?: Geolocation | null }).geolocation ?? null;
}
