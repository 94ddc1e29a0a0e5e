import { common } from "./zh-CN/common";
import { customers } from "./zh-CN/customers";
import { desk } from "./zh-CN/desk";
import { evidence } from "./zh-CN/evidence";
import { fields } from "./zh-CN/fields";
import { finish } from "./zh-CN/finish";
import { intake } from "./zh-CN/intake";
import { people } from "./zh-CN/people";
import { phone } from "./zh-CN/phone";
import { job } from "./zh-CN/job";
import { outbox } from "./zh-CN/outbox";
import { plans } from "./zh-CN/plans";
import { problems } from "./zh-CN/problems";
import { scan } from "./zh-CN/scan";
import { scans } from "./zh-CN/scans";
import { technician } from "./zh-CN/technician";
import { timeline } from "./zh-CN/timeline";
import type { Messages } from "./messages";

/** Every sentence a person reads, in Simplified Chinese. The terms are those of the glossary in the product text. */
export const zhCN: Messages = {
  ...common,
  ...customers,
  ...desk,
  ...evidence,
  ...fields,
  ...finish,
  ...intake,
  ...people,
  ...phone,
  ...job,
  ...outbox,
  ...plans,
  ...problems,
  ...scan,
  ...scans,
  ...technician,
  ...timeline,
};
