/** This installation becomes a device of whoever is logged in: a key made here, and the server's name for it. */
import { answer, type Api } from "../../shared/api/client";
import type { Answer } from "../../shared/api/problem";
import type { DeviceKey } from "../../shared/replica";

/** The server's id for a device with this key. */
export async function enrolDevice(api: Api, key: DeviceKey, name = deviceName()): Promise<Answer<string>> {
  const { kty, crv, x, y } = key.public;
  const answered = await answer(api.POST("/devices", { body: { public_key: { kty, crv, x, y }, name } }));
  return answered.ok ? { ok: true, data: answered.data.id } : answered;
}

const SYSTEMS = ["Android", "iPhone", "iPad", "Windows", "Macintosh", "CrOS", "Linux"] as const;
const BROWSERS = ["Edg", "SamsungBrowser", "Firefox", "FxiOS", "CriOS", "Chrome", "Safari"] as const;
const CALLED: ReadonlyMap<string, string> = new Map([
  ["Edg", "Edge"],
  ["FxiOS", "Firefox"],
  ["CriOS", "Chrome"],
  ["SamsungBrowser", "Samsung"],
]);
const MOST = 80;

/** By which a manager tells this phone from others in a list: system and browser, no more than that. */
export function deviceName(agent: string = navigator.userAgent): string {
  const system = SYSTEMS.find((each) => agent.includes(each)) ?? "";
  const browser = BROWSERS.find((each) => agent.includes(each)) ?? "";
  return [system, CALLED.get(browser) ?? browser]
    .filter((word) => word !== "")
    .join(" · ")
    .slice(0, MOST);
}
