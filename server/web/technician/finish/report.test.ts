import { describe, expect, it } from "vitest";
import { aDraft, aVisit, CARD } from "./builders";
import { blocksOf, markOf, statedOf, textOf } from "./report";

const KEPT = { conduct_no_favours: "yes", conduct_shoe_covers: "yes" } as const;

describe("the report of a visit", () => {
  it("is read in the customer's language, to the letter", () => {
    const draft = aDraft({ cured: true, faultCode: "E4", component: "compressor", conduct: KEPT });
    expect(textOf(blocksOf(aVisit(), draft, "zh-CN"))).toBe(
      [
        "服务报告\n工单 42：维修\n不制冷\n顾客：李梅",
        "产品\n三门冰箱\n序列号 407AKV",
        "检查结果\n电容击穿\n故障代码 E4；故障部件：压缩机",
        "处理结果\n更换启动电容\n已恢复正常。",
        "检查项\n✓ 断电并确认安全\n– 旧件登记带回（未做）",
        "测量数据\n电压：221 V",
        "更换配件\n启动电容 C-7 × 1",
        "应付费用\n无",
        "保修\n整机免费保修。",
        "照片\n1 张，属于本报告\n1. 铭牌",
        "时间\n到达 2026-11-23 10:30\n完工 2026-11-23 12:00",
        "服务规范（由顾客回答）\n技师全部做到。",
      ].join("\n\n"),
    );
  });

  it("says the same in English", () => {
    const text = textOf(blocksOf(aVisit(), aDraft({ conduct: { conduct_no_favours: "no" } }), "en"));
    for (const words of [
      "Job 42: Repair",
      "✓ Made safe",
      "– Old part taken back (not done)",
      "Voltage: 221 V",
      "Start capacitor C-7 × 1",
      "To pay\nNothing",
      "Repair is free.",
      "1 photo, part of this report",
      "Finished 2026-11-23 12:00",
      "Not kept: Took no gifts",
    ])
      expect(text).toContain(words);
    expect(text).not.toMatch(/[{}]/);
  });

  it("says why the work could not be done", () => {
    const draft = aDraft({ outcome: "cannot_complete", reason: " 主板停产 " });
    const text = textOf(blocksOf(aVisit({ result: "" }), draft, "zh-CN"));
    expect(text).toContain("服务报告：未能完成");
    expect(text).toContain("未能完成的原因\n主板停产");
    expect(text).toContain("结束 2026-11-23 12:00");
  });

  it("adds up what is to pay", () => {
    const fees = [
      { name: "上门费", amount: "５0" },
      { name: "", amount: "1,000.5" },
      { name: "空", amount: "" },
    ];
    const seen = aVisit();
    expect(textOf(blocksOf(seen, aDraft({ fees }), "zh-CN"))).toContain(
      "应付费用\n上门费：50.00 元\n服务费：1,000.50 元\n合计：1,050.50 元",
    );
    expect(statedOf(seen, aDraft({ fees }), "en").fees.map((fee) => fee.amount_minor)).toEqual([5000, 100_050]);
  });

  it("has the price that the office told, until another is typed", () => {
    const seen = aVisit({ price_minor: 12_000 });
    expect(statedOf(seen, aDraft(), "zh-CN").fees).toEqual([{ name: "服务费", amount_minor: 12_000, currency: "CNY" }]);
    expect(statedOf(seen, aDraft({ fees: [] }), "zh-CN").fees).toEqual([]);
  });

  it("does not promise a cover that has ended since the card was made", () => {
    const card = { ...CARD, verdict: { ...CARD.verdict, until: "2026-11-22" } };
    expect(statedOf(aVisit({}, { card }), aDraft(), "en").report["coverage"]).toBe("The warranty term has ended.");
  });

  it("names the code that was scanned where the phone holds no such product", () => {
    const scanned = { gtin: "06901234567892", serial: "XYZ" };
    const { report } = statedOf(aVisit({ scanned }, { unit: undefined, card: undefined }), aDraft(), "en");
    expect(report).toMatchObject({ scanned, serial: "XYZ" });
    expect(report).not.toHaveProperty("unit_id");
  });

  it("holds nothing that no text may hold, whatever was typed", () => {
    const draft = aDraft({ result: "\u202eevil\u0000 <script>alert(1)</script>" });
    expect(textOf(blocksOf(aVisit(), draft, "en"))).toContain("Done\nevil <script>alert(1)</script>");
  });
});

describe("the facts beside the words", () => {
  it("have the customer's answers among the checklist, and whether all was kept", () => {
    const stated = statedOf(aVisit(), aDraft({ conduct: KEPT }), "en");
    expect(stated.conduct).toBe(true);
    expect(stated.checklist["conduct_shoe_covers"]).toEqual({ done: true, text: "Wore shoe covers", value: "Yes" });
    expect(statedOf(aVisit(), aDraft({ conduct: { conduct_shoe_covers: "no" } }), "en").conduct).toBe(false);
    expect(statedOf(aVisit(), aDraft(), "en").conduct).toBeNull();
    expect(statedOf(aVisit(), aDraft(), "en").checklist).not.toHaveProperty("conduct_shoe_covers");
  });

  it("leave out parts that were given back", () => {
    expect(statedOf(aVisit(), aDraft(), "en").parts).toEqual({ "C-7": 1 });
  });

  it("have the arrival with its raw clocks", () => {
    expect(statedOf(aVisit(), aDraft(), "en").arrival?.reading).toMatchObject({ boot_id: "b" });
  });

  it("have another mark when a photo or a part is another", () => {
    const marks = [aVisit(), aVisit({ parts_used: { "C-7": 2 } }), aVisit({}, { photos: [] })].map((seen) =>
      markOf(statedOf(seen, aDraft(), "en")),
    );
    expect(new Set(marks).size).toBe(3);
  });
});
