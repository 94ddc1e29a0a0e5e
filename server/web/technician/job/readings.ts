/** What is measured on site: names, units, and the limits within which a sound product stays. Pure.
 *
 * The catalogue of the server knows no readings yet, so the usual ones stand here; others can be entered by name. A value
 * beyond a limit is kept all the same: it is what was measured. Sources: supply voltage GB/T 12325 (220 V, +7 %, −10 %);
 * cold compartments IEC 62552 (0 to 8 °C, −18 °C); noise GB 19606; insulation GB 4706.1 (2 MΩ); water GB/T 4288.
 */
import type { Said } from "../phone/bodies";

export interface Gauge {
  readonly code: string;
  readonly name: Said;
  readonly unit: string;
  /** Beyond these a technician looks twice; null: no limit on that side. */
  readonly low: number | null;
  readonly high: number | null;
}

type Limits = readonly [low: number | null, high: number | null];
const gauge = (code: string, zh: string, en: string, unit: string, [low, high]: Limits = [null, null]): Gauge => ({
  code,
  name: { zh, en },
  unit,
  low,
  high,
});

const VOLTAGE = gauge("voltage_v", "电压", "Voltage", "V", [198, 235.4]);
const CURRENT = gauge("current_a", "电流", "Current", "A", [0, 16]);
const INSULATION = gauge("insulation_mohm", "绝缘电阻", "Insulation", "MΩ", [2, null]);
const NOISE = gauge("noise_db", "噪声", "Noise", "dB(A)", [null, 55]);
const MAINS = [VOLTAGE, CURRENT, INSULATION] as const;

/** Product line → what is measured on it, the usual first. */
const LINES: Readonly<Record<string, readonly Gauge[]>> = {
  air_conditioner: [
    gauge("outlet_temperature_c", "出风温度", "Outlet temperature", "°C", [5, 60]),
    gauge("pressure_mpa", "系统压力", "System pressure", "MPa", [0.4, 4.2]),
    NOISE,
    ...MAINS,
  ],
  refrigerator: [
    gauge("fridge_temperature_c", "冷藏室温度", "Fridge temperature", "°C", [0, 8]),
    gauge("freezer_temperature_c", "冷冻室温度", "Freezer temperature", "°C", [null, -18]),
    ...MAINS,
    NOISE,
  ],
  washing_machine: [
    gauge("drain_time_s", "排水时间", "Draining time", "s", [null, 120]),
    gauge("spin_rpm", "脱水转速", "Spin speed", "rpm", [0, 1600]),
    gauge("water_pressure_mpa", "水压", "Water pressure", "MPa", [0.03, 0.8]),
    ...MAINS,
  ],
  television: [gauge("voltage_v", "电源板电压", "Power board voltage", "V"), INSULATION],
};

const EVERY = new Map([...MAINS, ...Object.values(LINES).flat()].map((one) => [one.code, one]));

/** `low`, `high`: beyond the limit on that side; `ok`: within; `told`: nothing to compare with. */
export type Standing = "low" | "high" | "ok" | "told";

export interface Reading {
  readonly gauge: Gauge;
  /** As it was entered; null: not measured. */
  readonly value: number | string | null;
  readonly standing: Standing;
}

/** The readings of a job on a product of `line`: the usual ones, then whatever else was entered. */
export function readingsOf(line: string | null, entered: Readonly<Record<string, unknown>>): readonly Reading[] {
  const usual = (line !== null && Object.hasOwn(LINES, line) ? LINES[line] : undefined) ?? MAINS;
  const known = new Set(usual.map(({ code }) => code));
  const others = Object.keys(entered).filter((code) => !known.has(code));
  return [...usual, ...others.map((code) => EVERY.get(code) ?? named(code))].map((one) => {
    const value = Object.hasOwn(entered, one.code) ? asValue(entered[one.code]) : null;
    return { gauge: one, value, standing: standingOf(one, value) };
  });
}

function named(code: string): Gauge {
  return gauge(code, code.replaceAll("_", " "), code.replaceAll("_", " "), "");
}

function asValue(value: unknown): number | string | null {
  return typeof value === "number" || typeof value === "string" ? value : null;
}

export function standingOf({ low, high }: Gauge, value: number | string | null): Standing {
  if (typeof value !== "number" || (low === null && high === null)) return "told";
  if (low !== null && value < low) return "low";
  return high !== null && value > high ? "high" : "ok";
}

/** What was typed, as it is sent: a number where it is one, with a comma or a full-width point too; else the words; null
 * when there is nothing. */
export function readTyped(typed: string): number | string | null {
  const words = typed.normalize("NFKC").trim().replaceAll("−", "-").replaceAll("。", ".");
  if (words === "") return null;
  const number = /^[+-]?\d{1,12}([.,]\d{1,12})?$/.test(words) ? Number(words.replace(",", ".")) : NaN;
  return Number.isFinite(number) ? number : Array.from(words).slice(0, 120).join("");
}
