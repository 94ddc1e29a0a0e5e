import { common } from "../../shared/text/zh-CN/common";
import { fields } from "../../shared/text/zh-CN/fields";
import { finish } from "../../shared/text/zh-CN/finish";
import { job } from "../../shared/text/zh-CN/job";
import { outbox } from "../../shared/text/zh-CN/outbox";
import { phone } from "../../shared/text/zh-CN/phone";
import { problems } from "../../shared/text/zh-CN/problems";
import { scan } from "../../shared/text/zh-CN/scan";
import { technician } from "../../shared/text/zh-CN/technician";
import type { en } from "./en";

/** What the technician's app says, in Simplified Chinese. */
export const zhCN: Readonly<Record<keyof typeof en, string>> = {
  ...common,
  ...fields,
  ...finish,
  ...job,
  ...outbox,
  ...phone,
  ...problems,
  ...scan,
  ...technician,
};
