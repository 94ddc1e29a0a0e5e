import type { en } from "./en";
import { calendars } from "./zh-CN/calendars";
import { catalogue } from "./zh-CN/catalogue";
import { frame } from "./zh-CN/frame";
import { links } from "./zh-CN/links";
import { measures } from "./zh-CN/measures";
import { network } from "./zh-CN/network";
import { people } from "./zh-CN/people";
import { policies } from "./zh-CN/policies";
import { products } from "./zh-CN/products";

/** Every sentence of the managers' desk, in Simplified Chinese. */
export const zhCN: Readonly<Record<keyof typeof en, string>> = {
  ...calendars,
  ...catalogue,
  ...frame,
  ...links,
  ...measures,
  ...network,
  ...people,
  ...policies,
  ...products,
};
