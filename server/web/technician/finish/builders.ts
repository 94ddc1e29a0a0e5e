/** Short ways to set up a visit for the tests; no part of the app. */
import { aJob } from "../../shared/api/builders";
import type { Job, JobType } from "../../shared/api/types";
import type { PadPoint } from "../../shared/replica";
import type { UnitCard, Unit } from "../phone/bodies";
import { NEW_DRAFT, type Draft } from "./draft";
import type { Pad } from "./pad/strokes";
import type { Seen } from "./report";

export const NOON = Date.parse("2026-11-23T12:00:00+08:00");

export const REPAIR: JobType = {
  id: "t1",
  code: "repair",
  name: "维修",
  name_en: "Repair",
  skill: "",
  duration_minutes: 60,
  photos_required: 1,
  checklist: [
    { key: "power_off", text: "断电并确认安全", text_en: "Made safe", required: true },
    { key: "old_part", text: "旧件登记带回", text_en: "Old part taken back", required: false },
    { key: "conduct_no_favours", text: "不收受顾客的财物和好处", text_en: "Took no gifts", required: true },
    { key: "conduct_shoe_covers", text: "穿一副鞋套", text_en: "Wore shoe covers", required: true },
  ],
};

export const UNIT: Unit = {
  id: "0193c2f0-0000-7000-8000-0000000000aa",
  version: 1,
  model_id: "m1",
  customer_id: null,
  gtin: "06901234567892",
  serial: "407AKV",
  model_name: "三门冰箱",
  model_name_en: "Refrigerator",
  line_code: "refrigerator",
  lot: "",
  manufactured_on: null,
  sold_on: null,
  installed_on: null,
  registered_on: null,
  proof: "",
  exchanged_on: null,
  withdrawn_on: null,
  withdrawal: "",
  country: "CN",
};

export const CARD: UnitCard = {
  id: UNIT.id,
  version: 1,
  as_of: "2026-11-20",
  verdict: {
    covered: true,
    until: "2027-08-20",
    on_site: true,
    sentence: { zh: "整机免费保修。", en: "Repair is free." },
    lines: [
      { component: "compressor", name: { zh: "压缩机", en: "Compressor" }, covered: true, until: null, covers: [] },
    ],
    remedies: [],
  },
  events: [],
  notices: [],
  parts: [{ component: "capacitor", part_number: "C-7", name: "启动电容", name_en: "Start capacitor" }],
};

/** A repair that was done, with all that is needed. */
export function aVisit(job: Partial<Job> = {}, seen: Partial<Seen> = {}): Seen {
  return {
    job: aJob({
      id: "0193c2f0-0000-7000-8000-000000000001",
      number: 42,
      state: "working",
      technician_id: "t1",
      title: "不制冷",
      contact_name: "李梅",
      diagnosis: "电容击穿",
      result: "更换启动电容",
      unit_id: UNIT.id,
      checklist: { power_off: { done: true, value: null, by: "t1" } },
      readings: { voltage_v: 221 },
      parts_used: { "C-7": 1, "X-1": 0 },
      arrival: {
        at: "2026-11-23T02:30:00+00:00",
        grade: "exact",
        raw: { wall_ms: NOON - 5_400_000, monotonic_ms: 1, boot_id: "b" },
      },
      ...job,
    }),
    type: REPAIR,
    unit: UNIT,
    card: CARD,
    customer: undefined,
    photos: [{ sha256: "a".repeat(64), size: 1000, media_type: "image/jpeg", caption: "铭牌" }],
    mine: "t1",
    today: "2026-11-23",
    ...seen,
  };
}

export function aDraft(fields: Partial<Draft> = {}): Draft {
  return {
    ...NEW_DRAFT,
    finish: { reading: { wall_ms: NOON, monotonic_ms: 9, boot_id: "b" }, at: "2026-11-23T04:00:00.000+00:00" },
    ...fields,
  };
}

export function aStroke(points = 3, from = NOON): PadPoint[] {
  return Array.from({ length: points }, (_, n) => ({
    x: 10 + n * 2,
    y: 20 + (n % 5),
    time: from + n * 8,
    pressure: 0.5,
  }));
}

export function drawn(...strokes: (readonly PadPoint[])[]): Pad {
  return { frame: { width: 350, height: 220 }, strokes };
}
